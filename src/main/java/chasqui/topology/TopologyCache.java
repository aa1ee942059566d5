package chasqui.topology;

import chasqui.storage.DurableFiles;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last good topology on the disk of this machine, for a process that starts while the database is away. It names
 * credentials and holds none. Its first line is the SHA-256 of the rest.
 */
public final class TopologyCache {
    private static final Logger log = LoggerFactory.getLogger(TopologyCache.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    /** @param file need not be there; its folder is */
    public TopologyCache(Path file) {
        this.file = file;
    }

    private record Kept(List<Site> sites, List<DataLocation> locations, List<TransferRoute> routes) {}

    /** Replaces what was there, whole or not at all. A disk that takes nothing is told, and harms nobody now. */
    synchronized void keep(Topology topology) {
        try {
            String text = JSON.writeValueAsString(new Kept(topology.sites(), topology.locations(), topology.routes()));
            Path next = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(next);
            DurableFiles.write((checksum(text) + "\n" + text).getBytes(StandardCharsets.UTF_8), next);
            Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            DurableFiles.fsyncFolder(file.getParent());
        } catch (IOException | UncheckedIOException failure) {
            log.warn(
                    "the topology cannot be kept in {}: a start without the database would not know it: {}",
                    file,
                    failure.toString());
        }
    }

    /** Whether this process, or an earlier one in this home, has ever seen a database. */
    public boolean exists() {
        return Files.exists(file);
    }

    /** As it was kept last; empty when it never was, or when what lies there is damaged. */
    public Optional<Topology> read() {
        try {
            String[] parts = Files.readString(file).split("\n", 2);
            if (parts.length < 2 || !parts[0].equals(checksum(parts[1]))) {
                log.warn("{} is damaged and ignored; it is written anew when the database is there", file);
                return Optional.empty();
            }
            Kept kept = JSON.readValue(parts[1], Kept.class);
            return Optional.of(new Topology(kept.sites(), kept.locations(), kept.routes()));
        } catch (NoSuchFileException never) {
            return Optional.empty();
        } catch (JsonProcessingException other) {
            log.warn("{} is of another version and ignored; it is written anew when the database is there", file);
            return Optional.empty();
        } catch (IOException failure) {
            log.warn("{} cannot be read and is ignored: {}", file, failure.toString());
            return Optional.empty();
        }
    }

    private static String checksum(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
