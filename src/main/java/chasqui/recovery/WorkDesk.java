package chasqui.recovery;

import chasqui.database.DatabaseFault;
import chasqui.pipeline.DatabaseTrouble;
import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where worker routes take their work. */
public final class WorkDesk {
    private static final Logger log = LoggerFactory.getLogger(WorkDesk.class);

    private final OperationStore operations;
    private final Consumer<Boolean> looked;
    private volatile boolean closed;
    private volatile Set<String> resting = Set.of();

    public WorkDesk(OperationStore operations) {
        this(operations, found -> {});
    }

    /** @param looked told after each claim whether it brought work: the hint that the calling thread works on has served */
    public WorkDesk(OperationStore operations, Consumer<Boolean> looked) {
        this.operations = operations;
        this.looked = looked;
    }

    /**
     * Claims the best due operation of a queue, whatever the hint was about.
     *
     * @return null when nothing is due, the queue rests, this process drains, or the database cannot be used
     */
    public Lease claim(String queue) {
        Thread.interrupted();
        Lease lease = closed || resting.contains(queue) ? null : best(queue);
        looked.accept(lease != null);
        return lease;
    }

    /** An outage is no failure of the route: nothing is in hand yet, and the queue is looked at again by itself. */
    private Lease best(String queue) {
        try {
            return operations.claim(queue).orElse(null);
        } catch (RuntimeException failure) {
            if (!DatabaseTrouble.in(failure)) {
                throw failure;
            }
            log.info("{}: nothing was claimed and it is tried again, because {}", queue, DatabaseFault.of(failure));
            return null;
        }
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
