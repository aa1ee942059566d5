package chasqui.queue.redis;

import chasqui.queue.redis.Reachability.Direction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.redisson.api.RBatch;
import org.redisson.api.RFuture;
import org.redisson.api.StreamMessageId;
import org.redisson.api.stream.StreamAddArgs;

/**
 * What goes to Redis without anybody waiting for it: hints, and answers to hints. One thread sends them, all that have
 * gathered in one round trip. While Redis takes nothing, hints are given up: they are not worth a manager's time.
 */
final class Outbox implements AutoCloseable {
    static final String FIELD = "operation";
    private static final int ROOM = 20_000;
    private static final int BATCH = 500;

    /** One thing to send. */
    private sealed interface Letter {}

    /** @param unsent told when the hint could not be sent */
    private record Add(String stream, String body, Runnable unsent) implements Letter {}

    private record Answer(String stream, StreamMessageId id) implements Letter {}

    private record Last() implements Letter {}

    private final Streams streams;
    private final Reachability reachability;
    private final Rhythm rhythm;
    private final int backlog;
    private final BlockingQueue<Letter> letters = new ArrayBlockingQueue<>(ROOM);
    private final Thread thread;
    private volatile boolean open = true;

    /** @param backlog hints that a stream keeps, about */
    Outbox(Streams streams, Reachability reachability, Rhythm rhythm, int backlog) {
        this.streams = streams;
        this.reachability = reachability;
        this.rhythm = rhythm;
        this.backlog = backlog;
        this.thread = Threads.daemon("redis-queues-outbox", this::run);
    }

    void start() {
        thread.start();
    }

    /** @param unsent told, by another thread or at once, when the hint could not be sent */
    void add(String stream, String body, Runnable unsent) {
        if (!open || !letters.offer(new Add(stream, body, unsent))) {
            unsent.run();
        }
    }

    /** A hint that is answered leaves its stream. One that cannot be told so is given to somebody else, and harmless. */
    void answer(String stream, StreamMessageId id) {
        letters.offer(new Answer(stream, id));
    }

    private void run() {
        List<Letter> batch = new ArrayList<>(BATCH);
        try {
            while (open || !letters.isEmpty()) {
                if (!round(batch) && open) {
                    Thread.sleep(rhythm.pause().toMillis());
                }
                batch.clear();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean round(List<Letter> batch) throws InterruptedException {
        try {
            Letter first = letters.poll(rhythm.pause().toMillis(), TimeUnit.MILLISECONDS);
            if (first == null) {
                return true;
            }
            batch.add(first);
            letters.drainTo(batch, BATCH - 1);
            return send(batch);
        } catch (InterruptedException ended) {
            throw ended;
        } catch (Throwable failure) {
            // Errors too: without this thread nothing would be sent, and nobody would say so.
            reachability.failed(Direction.SENDING, failure);
            return false;
        }
    }

    private boolean send(List<Letter> all) throws InterruptedException {
        List<Add> adds = new ArrayList<>();
        List<RFuture<StreamMessageId>> added = new ArrayList<>();
        Map<String, List<StreamMessageId>> answers = new LinkedHashMap<>();
        List<RFuture<Long>> answered = new ArrayList<>();
        Throwable failure = null;
        try {
            RBatch batch = streams.batch();
            for (Letter letter : all) {
                if (letter instanceof Add add) {
                    adds.add(add);
                    added.add(Streams.in(batch, add.stream())
                            .addAsync(StreamAddArgs.entry(FIELD, add.body())
                                    .trimNonStrict()
                                    .maxLen(backlog)
                                    .noLimit()));
                } else if (letter instanceof Answer answer) {
                    answers.computeIfAbsent(answer.stream(), s -> new ArrayList<>())
                            .add(answer.id());
                }
            }
            answers.forEach((stream, ids) -> {
                StreamMessageId[] some = ids.toArray(StreamMessageId[]::new);
                answered.add(Streams.in(batch, stream).ackAsync(Streams.GROUP, some));
                answered.add(Streams.in(batch, stream).removeAsync(some));
            });
            streams.run(batch);
            for (int i = 0; i < adds.size(); i++) {
                Throwable one = Streams.failure(added.get(i));
                if (one != null) {
                    failure = one;
                    adds.get(i).unsent().run();
                }
            }
            tellRefused(answered);
        } catch (InterruptedException ended) {
            throw ended;
        } catch (Throwable whole) {
            failure = whole;
            adds.forEach(add -> add.unsent().run());
        }
        if (failure == null) {
            reachability.well(Direction.SENDING);
        } else {
            reachability.failed(Direction.SENDING, failure);
        }
        return failure == null;
    }

    /** What is not taken back stays in its stream, and is given to others again and again. */
    private void tellRefused(List<RFuture<Long>> answered) {
        Optional<Throwable> refused =
                answered.stream().map(Streams::failure).filter(Objects::nonNull).findFirst();
        if (refused.isPresent()) {
            reachability.failed(Direction.ANSWERING, refused.get());
        } else if (!answered.isEmpty()) {
            reachability.well(Direction.ANSWERING);
        }
    }

    /** Sends what is left, if Redis takes it. */
    @Override
    public void close() {
        open = false;
        letters.offer(new Last());
        Threads.end(thread, streams.longest());
    }
}
