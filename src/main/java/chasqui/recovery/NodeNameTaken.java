package chasqui.recovery;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import java.time.Clock;
import java.time.Instant;

/** Another process works under this node's name. */
public final class NodeNameTaken extends ChasquiException {
    private static final long serialVersionUID = 1L;

    NodeNameTaken(String name, Other other) {
        super(
                FailureKind.PLATFORM,
                false,
                "a node named %s runs already: process %d on %s, started %s, heard of %d s ago; stop it, or give this one another name with chasqui.node.name"
                        .formatted(name, other.processId(), other.host(), other.startedAt(), other.silentSeconds()));
    }

    /**
     * Who has a name in the register.
     *
     * @param silentSeconds since it was heard of, on the database's clock
     */
    record Other(String host, String machine, long processId, Instant startedAt, long silentSeconds) {
        /** Three beats: a process that nobody here can look at was heard of since then, or is taken to be dead. */
        private static final long LONGEST_SILENCE_SECONDS = 30;

        boolean lives(NodeProcess here, Clock clock) {
            if (silentSeconds > LONGEST_SILENCE_SECONDS) {
                return false;
            }
            boolean elsewhere = !host.equals(here.host()) || !machine.equals(here.machine());
            return elsewhere || processId != here.processId() && RunningProcess.lived(processId, silentSeconds, clock);
        }
    }
}
