package chasqui.inspection;

import chasqui.topology.DrainingPlace;
import java.time.Instant;
import java.util.List;

/**
 * How everything stands at one moment. Lists that could grow without end show their oldest members, with the full number
 * beside them.
 *
 * @param at on the database's clock
 * @param stages what each stage has before it, in hand and behind it, in order of stage
 * @param queues live and failed operations by queue and status
 * @param links every way between sites that data can take
 * @param running operations in progress, the oldest first, with how far they are
 * @param copies what lies where, without what was deleted
 * @param draining sites and locations that take nothing new, and what is left there
 * @param failed operations that ended for good without success, newest first
 * @param waiting operations and transfers that cannot go on now, longest first
 * @param problems files that cannot be packaged
 * @param notifications what people are to be told
 */
public record Status(
        Instant at,
        List<StageCount> stages,
        List<QueueCount> queues,
        List<LinkStatus> links,
        List<Running> running,
        List<CopyCount> copies,
        List<DrainingPlace> draining,
        long failedCount,
        List<FailedOperation> failed,
        long waitingCount,
        List<Waiting> waiting,
        long problemCount,
        List<Problem> problems,
        List<Notice> notifications,
        List<NodeStatus> nodes) {

    /**
     * Subjects of one stage in one status.
     *
     * @param stage 0 to 7
     * @param what the subject, such as "raw data package"
     * @param bytes of these subjects, 0 where they have none
     */
    public record StageCount(int stage, String name, String what, String status, long count, long bytes) {}

    /**
     * Operations of one queue in one status.
     *
     * @param oldestSeconds age of the oldest of them
     * @param bytesDone of those in progress
     */
    public record QueueCount(
            String queue,
            String type,
            String status,
            long count,
            long oldestSeconds,
            long bytesDone,
            long bytesTotal) {}

    /**
     * An operation in progress, as of its last heartbeat.
     *
     * @param phase what it does now, or why it is unreachable; null before its first heartbeat
     * @param bytesDone of this phase
     * @param bytesTotal of this phase, 0 where nobody knows
     * @param bytesPerSecond of late, else since it began; 0 where nothing has moved yet
     * @param secondsLeft at this rate; null where it cannot be told
     */
    public record Running(
            long operation,
            String queue,
            String subject,
            String node,
            String phase,
            long bytesDone,
            long bytesTotal,
            long bytesPerSecond,
            Long secondsLeft) {}

    /** Copies of one kind in one state at one location. */
    public record CopyCount(String location, String locationType, String of, String state, long count, long bytes) {}

    /** An operation that will not go on by itself. */
    public record FailedOperation(
            long operation,
            String queue,
            String subject,
            int attempts,
            Instant failedAt,
            String message,
            String nextStep) {}

    /** Something parked, and why. */
    public record Waiting(String what, String subject, String location, Instant since, String waitsFor) {}

    /** A file that cannot be packaged, and why. */
    public record Problem(String uuid, String location, String path, String problem) {}

    /** A notification that was not sent yet. */
    public record Notice(
            String level, String cause, String message, String nextStep, long occurrences, Instant lastAt) {}
}
