package chasqui.queue.redis;

import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/** A process that takes a hint and never answers it: to be killed. */
final class HangingWorker {
    private HangingWorker() {}

    public static void main(String[] arguments) {
        RedisQueues queues = TestQueues.start(arguments[0], "to be killed", Executors.newCachedThreadPool(), Map.of());
        queues.serve("queue", 1, hint -> {
            System.out.println("took " + hint);
            new Semaphore(0).acquireUninterruptibly();
        });
    }
}
