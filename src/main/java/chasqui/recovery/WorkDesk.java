package chasqui.recovery;

import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import java.util.Set;

/** Where worker routes take their work. */
public final class WorkDesk {
    private final OperationStore operations;
    private final Runnable claimed;
    private volatile boolean closed;
    private volatile Set<String> resting = Set.of();

    public WorkDesk(OperationStore operations) {
        this(operations, () -> {});
    }

    /** @param claimed told after each claim, whatever it brought: the hint that the calling thread works on has served */
    public WorkDesk(OperationStore operations, Runnable claimed) {
        this.operations = operations;
        this.claimed = claimed;
    }

    /**
     * Claims the best due operation of a queue, whatever the hint was about.
     *
     * @return null when nothing is due, the queue rests, or this process drains
     */
    public Lease claim(String queue) {
        Thread.interrupted();
        Lease lease = closed || resting.contains(queue)
                ? null
                : operations.claim(queue).orElse(null);
        claimed.run();
        return lease;
    }

    /** No new work from these queues, and from these alone, until the next call; what is in hand goes on. */
    public void rest(Set<String> queues) {
        resting = Set.copyOf(queues);
    }

    /** No new work from here on. */
    public void close() {
        closed = true;
    }
}
