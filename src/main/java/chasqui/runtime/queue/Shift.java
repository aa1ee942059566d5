package chasqui.runtime.queue;

import java.util.function.Consumer;

/**
 * Who works on one queue: the consumer that is given its hints, after others that end what they were given before. To the
 * transport they are one, so no hint is lost between them, and the limit of the queue holds for all of them together.
 */
final class Shift {
    private final String queue;
    private HintConsumer onDuty;

    Shift(String queue) {
        this.queue = queue;
    }

    /** @throws IllegalStateException another has the queue, and does not offer it */
    synchronized void begin(HintConsumer next, Consumer<Consumer<String>> serve) {
        if (onDuty == next) {
            return;
        }
        if (onDuty == null) {
            serve.accept(this::work);
        } else if (!onDuty.offers()) {
            throw new IllegalStateException("queue " + queue + " has a worker route in this process already");
        }
        onDuty = next;
    }

    /** Nothing for one that was relieved before. */
    synchronized void end(HintConsumer last, Runnable leave) {
        if (onDuty == last) {
            onDuty = null;
            leave.run();
        }
    }

    private void work(String hint) {
        HintConsumer given = give();
        // One that came too late for everybody: work is found by looking.
        if (given != null) {
            given.work(hint);
        }
    }

    /** In one step: who was relieved and has nothing in hand gets nothing any more. */
    private synchronized HintConsumer give() {
        if (onDuty != null) {
            onDuty.given();
        }
        return onDuty;
    }
}
