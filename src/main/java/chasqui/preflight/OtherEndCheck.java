package chasqui.preflight;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.topology.DataLocation;
import chasqui.topology.StorageType;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The places of the same site that work at a location reads from or writes to: one of them is enough. */
final class OtherEndCheck {
    static final String NAME = "other end";

    private OtherEndCheck() {}

    /** @param others of the same site; a bucket is reached by everybody */
    static List<Finding> look(DataLocation location, List<DataLocation> others, boolean toWrite) {
        if (!any(others, other -> isReached(other, toWrite))) {
            throw new ChasquiException(
                    FailureKind.LOCATION,
                    true,
                    "work at %s needs one of %s too, and none can be %s from here: mount it, or serve %s from a machine that reaches both"
                            .formatted(
                                    location,
                                    others.stream()
                                            .map(other -> other + " (" + other.root() + ")")
                                            .collect(Collectors.joining(", ")),
                                    toWrite ? "written to" : "read",
                                    location));
        }
        return List.of();
    }

    private static boolean isReached(DataLocation other, boolean toWrite) {
        return other.storage() != StorageType.DISK
                || Files.isDirectory(other.root())
                        && Files.isReadable(other.root())
                        && (!toWrite || Files.isWritable(other.root()));
    }

    /** Asks all at once: a mount that hangs must not hide another that answers. */
    static boolean any(List<DataLocation> others, Predicate<DataLocation> reached) {
        BlockingQueue<Boolean> answers = new LinkedBlockingQueue<>();
        for (DataLocation other : others) {
            Thread thread = new Thread(
                    () -> {
                        boolean answer = false;
                        try {
                            answer = reached.test(other);
                        } finally {
                            answers.add(answer);
                        }
                    },
                    "preflight-other-end");
            thread.setDaemon(true);
            thread.start();
        }
        return others.stream().anyMatch(other -> next(answers));
    }

    /** Not to be interrupted: while the last one hangs there is no second try, which would hang as well. */
    private static boolean next(BlockingQueue<Boolean> answers) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return answers.take();
                } catch (InterruptedException notNow) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
