package chasqui.inspection;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The whole life of one raw data file, raw data package or data transfer package, with that of the packages it travels
 * in. Lists are in order of time; where there are very many, the newest are shown and {@code truncated} says so.
 *
 * @param packages raw data packages concerned
 * @param transferPackages data transfer packages concerned
 * @param operations done and undone work, with every attempt
 * @param events everything above once more, as one story
 * @param truncated more is known than is shown
 */
public record Trace(
        Subject subject,
        List<Packed> packages,
        List<TransferPackage> transferPackages,
        List<Copy> copies,
        List<Verification> verifications,
        List<Transfer> transfers,
        List<ArchiveTransfer> archiveTransfers,
        List<StagingJob> stagingJobs,
        List<Deletion> deletions,
        List<Operation> operations,
        List<Event> events,
        boolean truncated) {

    /**
     * What was asked for.
     *
     * @param kind "raw data file", "raw data package" or "data transfer package"
     * @param name a package's name, a file's path in readable form
     * @param path a file's path, percent-encoded; null for packages
     * @param state a package's status and, of a raw data package, its state; null for files
     * @param problem why a file cannot be packaged, or null
     * @param facts what else is known, by name
     */
    public record Subject(
            String kind,
            String uuid,
            String name,
            String path,
            String location,
            Long sizeBytes,
            String xxh64,
            String sha256,
            String state,
            String problem,
            Map<String, String> facts) {}

    /** A raw data package. */
    public record Packed(
            long id,
            String name,
            String uuid,
            String status,
            String state,
            long fileCount,
            long contentBytes,
            Long sizeBytes,
            String xxh64,
            String sha256,
            Instant createdAt,
            Instant packagedAt,
            Instant archivedAt) {}

    /** A data transfer package. */
    public record TransferPackage(
            long id,
            String name,
            String uuid,
            String status,
            String primarySite,
            int packageCount,
            Long sizeBytes,
            String xxh64,
            Instant createdAt,
            Instant assembledAt) {}

    /**
     * A physical copy.
     *
     * @param of "raw data file", "raw data package" or "data transfer package"
     * @param usedBy how many intend to read it
     * @param held how many holds lie on it itself
     */
    public record Copy(
            long id,
            String of,
            String location,
            String path,
            String state,
            long sizeBytes,
            String checksum,
            Instant createdAt,
            Instant verifiedAt,
            Instant deletedAt,
            int usedBy,
            int held) {}

    /** Bytes read back and compared. */
    public record Verification(
            long copy,
            String location,
            Instant at,
            String readMode,
            String expected,
            String found,
            boolean good,
            String node) {}

    /** A journey to another site. */
    public record Transfer(
            long id,
            String transferPackage,
            String destination,
            boolean primary,
            String method,
            String status,
            String waitsFor,
            int sendCount,
            Instant createdAt,
            Instant sentAt,
            Instant completedAt) {
        Transfer waitingFor(String what) {
            return new Transfer(
                    id,
                    transferPackage,
                    destination,
                    primary,
                    method,
                    status,
                    what,
                    sendCount,
                    createdAt,
                    sentAt,
                    completedAt);
        }
    }

    /** The way into one archive. */
    public record ArchiveTransfer(
            long id, String packageName, String location, String status, Instant createdAt, Instant completedAt) {}

    /** Somebody's wish to have it staged. */
    public record StagingJob(
            String uuid,
            String packageName,
            String location,
            String status,
            String waitsFor,
            String requestedBy,
            String reason,
            Instant createdAt,
            Instant stagedAt,
            Instant releasedAt) {}

    /**
     * A deletion that was decided.
     *
     * @param evidence the proof, JSON
     * @param outcome null while it is under way
     */
    public record Deletion(
            long copy,
            String location,
            String rule,
            Instant decidedAt,
            String outcome,
            String message,
            Instant finishedAt,
            @JsonRawValue String evidence) {}

    /** A unit of work. */
    public record Operation(
            long id,
            String type,
            String queue,
            String status,
            int attempt,
            Instant createdAt,
            Instant claimedAt,
            Instant finishedAt,
            String node,
            long bytesDone,
            String waitsFor,
            String failureMessage,
            List<Attempt> attempts) {
        Operation with(List<Attempt> tried) {
            return new Operation(
                    id,
                    type,
                    queue,
                    status,
                    attempt,
                    createdAt,
                    claimedAt,
                    finishedAt,
                    node,
                    bytesDone,
                    waitsFor,
                    failureMessage,
                    tried);
        }
    }

    /** One try at an operation. */
    public record Attempt(
            int attempt,
            String node,
            Instant startedAt,
            Instant endedAt,
            String outcome,
            String failureKind,
            String message,
            long bytesDone) {}

    /**
     * One line of the story.
     *
     * @param where location or site; "" where there is none
     */
    public record Event(Instant at, String what, String where, String details) {}
}
