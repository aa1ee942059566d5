package chasqui.runtime.queue;

import chasqui.queue.Hints;
import chasqui.queue.MemoryHints;
import java.util.concurrent.ExecutorService;

/** Queues within this process. Camel finds it by its scheme. */
public final class MemoryQueueComponent extends HintComponent {
    /** How an endpoint of this component begins. */
    public static final String SCHEME = "memory-queue";

    private MemoryHints hints;

    public MemoryQueueComponent() {
        super(SCHEME);
    }

    @Override
    Hints hints() {
        return hints;
    }

    @Override
    void begin(ExecutorService workers) {
        hints = new MemoryHints(workers);
    }

    @Override
    void end() {
        // The routes have left their queues.
    }
}
