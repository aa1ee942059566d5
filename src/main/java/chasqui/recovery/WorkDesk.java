package chasqui.recovery;

import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;

/** Where worker routes take their work. */
public final class WorkDesk {
    private final OperationStore operations;
    private volatile boolean closed;

    public WorkDesk(OperationStore operations) {
        this.operations = operations;
    }

    /**
     * Claims the best due operation of a queue, whatever the hint was about.
     *
     * @return null when nothing is due, or when this process drains
     */
    public Lease claim(String queue) {
        Thread.interrupted();
        return closed ? null : operations.claim(queue).orElse(null);
    }

    /** No new work from here on. */
    public void close() {
        closed = true;
    }
}
