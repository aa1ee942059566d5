package chasqui.recovery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/** Whether a process that wrote down its id is still there: ids are given again, and the dead keep theirs for a while. */
final class RunningProcess {
    /** The kernel tells a process's start by its own clock, which is not quite the wall's. */
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(2);

    private RunningProcess() {}

    /**
     * Whether the process with this id on this machine runs and has run for that long.
     *
     * @param seconds since something was heard of it: a process that is younger is another one
     * @param clock this machine's
     */
    static boolean lived(long id, long seconds, Clock clock) {
        return !isZombie(id)
                && ProcessHandle.of(id)
                        .filter(process -> process.info()
                                .startInstant()
                                .map(start -> Duration.between(start, clock.instant())
                                                .plus(CLOCKS_DIFFER)
                                                .toSeconds()
                                        >= seconds)
                                .orElse(true))
                        .isPresent();
    }

    /** Dead, but its parent has not asked for its end yet: in a container without an init, nobody ever may. */
    private static boolean isZombie(long id) {
        try {
            String line = Files.readString(Path.of("/proc", Long.toString(id), "stat"));
            // The name of the program comes before, in brackets, and may hold anything.
            return line.charAt(line.lastIndexOf(')') + 2) == 'Z';
        } catch (IOException | RuntimeException notToBeSeen) {
            // Gone meanwhile, or hidden: what the process list says holds.
            return false;
        }
    }
}
