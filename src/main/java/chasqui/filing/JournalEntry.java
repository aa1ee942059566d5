package chasqui.filing;

import chasqui.storage.Checksum;
import chasqui.storage.FileFacts;
import chasqui.storage.Fingerprint;
import chasqui.storage.RelativePath;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;

/**
 * One line of the journal: a file that was accepted, or the word that an observation is complete.
 *
 * @param location its data location, {@code site/name}
 * @param module null: the instrument's only one
 * @param priority of the observation from here on; null: as it is
 * @param file null: no more files of this observation are to be waited for
 * @param filedBy who asked, as {@code raw_data_file.filed_by}; null: not known
 * @param acceptedAt when its request was asked, by the clock of this machine: that of all entries of one request; one that
 *     comes again has a new time
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record JournalEntry(
        String location,
        String instrument,
        String module,
        String observation,
        Integer priority,
        AcceptedFile file,
        String filedBy,
        Instant acceptedAt) {

    /**
     * A file as it was read.
     *
     * @param uuid what its instrument was told
     * @param path below the location's root, percent-encoded
     * @param linkTarget percent-encoded, of a symbolic link; else null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record AcceptedFile(
            UUID uuid,
            String path,
            FileFacts.Kind kind,
            String linkTarget,
            long size,
            Instant modified,
            String fileKey,
            String xxh64,
            String sha256) {

        static AcceptedFile of(UUID uuid, Measured file) {
            FileFacts facts = file.found().facts();
            return new AcceptedFile(
                    uuid,
                    file.found().path().encoded(),
                    facts.kind(),
                    file.linkTarget(),
                    file.fingerprint().sizeBytes(),
                    facts.modified(),
                    facts.fileKey(),
                    file.fingerprint().xxHash64().toString(),
                    file.fingerprint().sha256().toString());
        }

        @JsonIgnore
        FileFacts facts() {
            return new FileFacts(size, modified, fileKey, kind);
        }

        Measured measured(Path root) {
            RelativePath relative = new RelativePath(path);
            return new Measured(
                    new Found(relative.under(root), relative, facts()),
                    new Fingerprint(size, Checksum.parse(xxh64), Checksum.parse(sha256)),
                    linkTarget,
                    null);
        }
    }

    /** Whose files go into the catalogue in the order in which they were accepted. */
    record Series(String location, String instrument, String observation) {}

    @JsonIgnore
    Series series() {
        return new Series(location, instrument, observation);
    }
}
