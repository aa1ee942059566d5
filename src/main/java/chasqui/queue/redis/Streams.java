package chasqui.queue.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.redisson.api.AutoClaimResult;
import org.redisson.api.RBatch;
import org.redisson.api.RFuture;
import org.redisson.api.RStreamAsync;
import org.redisson.api.StreamConsumer;
import org.redisson.api.StreamMessageId;
import org.redisson.api.stream.StreamCreateGroupArgs;
import org.redisson.api.stream.StreamMultiReadGroupArgs;
import org.redisson.api.stream.StreamReadGroupArgs;
import org.redisson.client.RedisBusyException;
import org.redisson.client.RedisConnectionException;
import org.redisson.client.RedisException;
import org.redisson.client.RedisTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commands for streams, several to a round trip, for one consumer of one group. A stream is named by its key. What
 * goes wrong is thrown as it comes, and no call takes longer than the settings allow.
 */
final class Streams {
    static final String GROUP = "workers";

    private static final Logger log = LoggerFactory.getLogger(Streams.class);

    private final RedisConnection redis;
    private final String consumer;

    Streams(RedisConnection redis, String consumer) {
        this.redis = redis;
        this.consumer = consumer;
    }

    /** New messages of all these streams, at most one of each; waits for the first so long. Empty: none came. */
    Map<String, Map<StreamMessageId, Map<String, String>>> await(Collection<String> streams, Duration wait)
            throws Exception {
        Map<String, StreamMessageId> others = new HashMap<>();
        streams.forEach(stream -> others.put(stream, StreamMessageId.NEVER_DELIVERED));
        String first = streams.iterator().next();
        others.remove(first);
        if (others.isEmpty()) {
            Map<StreamMessageId, Map<String, String>> one = answer(
                    redis.stream(first)
                            .readGroupAsync(
                                    GROUP,
                                    consumer,
                                    StreamReadGroupArgs.neverDelivered()
                                            .count(1)
                                            .timeout(wait)),
                    wait);
            return one == null || one.isEmpty() ? Map.of() : Map.of(first, one);
        }
        Object all = answer(
                (RFuture<?>) redis.stream(first)
                        .readGroupAsync(
                                GROUP,
                                consumer,
                                StreamMultiReadGroupArgs.greaterThan(StreamMessageId.NEVER_DELIVERED, others)
                                        .count(1)
                                        .timeout(wait)),
                wait);
        if (!(all instanceof Map)) {
            // What the library gives for a connection that was cut.
            throw new RedisConnectionException("the connection was lost");
        }
        @SuppressWarnings("unchecked")
        Map<String, Map<StreamMessageId, Map<String, String>>> heard =
                (Map<String, Map<StreamMessageId, Map<String, String>>>) all;
        return heard;
    }

    /** What these streams hold that is new, at most as many of each as said. */
    Map<String, Map<StreamMessageId, Map<String, String>>> take(Map<String, Integer> most) throws Exception {
        RBatch batch = redis.batch();
        Map<String, RFuture<Map<StreamMessageId, Map<String, String>>>> asked = new LinkedHashMap<>();
        most.forEach((stream, count) -> asked.put(
                stream,
                in(batch, stream)
                        .readGroupAsync(
                                GROUP,
                                consumer,
                                StreamReadGroupArgs.neverDelivered().count(count))));
        run(batch);
        return answers(asked);
    }

    /** What others were given longer ago and never answered, at most as many of each stream as said; it is ours then. */
    Map<String, Map<StreamMessageId, Map<String, String>>> takeOver(Map<String, Integer> most, Duration idle)
            throws Exception {
        RBatch batch = redis.batch();
        Map<String, RFuture<AutoClaimResult<String, String>>> asked = new LinkedHashMap<>();
        most.forEach((stream, count) -> asked.put(
                stream,
                in(batch, stream)
                        .autoClaimAsync(
                                GROUP, consumer, idle.toMillis(), TimeUnit.MILLISECONDS, StreamMessageId.MIN, count)));
        run(batch);
        Map<String, Map<StreamMessageId, Map<String, String>>> taken = new HashMap<>();
        answers(asked).forEach((stream, result) -> taken.put(stream, result.getMessages()));
        return taken;
    }

    /** Makes the streams and their groups where there are none. */
    void ensure(Collection<String> streams) throws Exception {
        RBatch batch = redis.batch();
        List<RFuture<Void>> asked = new ArrayList<>();
        for (String stream : streams) {
            asked.add(in(batch, stream)
                    .createGroupAsync(
                            StreamCreateGroupArgs.name(GROUP).makeStream().id(StreamMessageId.ALL)));
        }
        // BUSYGROUP: it is there. The library then leaves the answers of such commands open, and of no others.
        boolean someWereThere =
                run(batch).filter(RedisBusyException.class::isInstance).isPresent();
        for (RFuture<Void> one : asked) {
            if (!(someWereThere && !one.toCompletableFuture().isDone())) {
                Throwable failure = failure(one);
                if (failure != null) {
                    throw asException(failure);
                }
            }
        }
    }

    Map<String, List<StreamConsumer>> consumers(Collection<String> streams) throws Exception {
        RBatch batch = redis.batch();
        Map<String, RFuture<List<StreamConsumer>>> asked = new LinkedHashMap<>();
        streams.forEach(stream -> asked.put(stream, in(batch, stream).listConsumersAsync(GROUP)));
        run(batch);
        return answers(asked);
    }

    /** How many messages each holds. */
    Map<String, Long> lengths(Collection<String> streams) throws Exception {
        RBatch batch = redis.batch();
        Map<String, RFuture<Long>> asked = new LinkedHashMap<>();
        streams.forEach(stream -> asked.put(stream, in(batch, stream).sizeAsync()));
        run(batch);
        return answers(asked);
    }

    /** Takes consumers out of their groups, with all that they were given and did not answer. */
    void remove(Map<String, List<String>> consumers) throws Exception {
        RBatch batch = redis.batch();
        consumers.forEach(
                (stream, names) -> names.forEach(name -> in(batch, stream).removeConsumerAsync(GROUP, name)));
        run(batch);
    }

    /** The consumer leaves its groups, and nobody hears of its own stream any more. A process that cannot is found dead. */
    void leave(Collection<String> streams, String own) {
        try {
            RBatch batch = redis.batch();
            streams.forEach(stream -> in(batch, stream).removeConsumerAsync(GROUP, consumer));
            in(batch, own).deleteAsync();
            run(batch);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        } catch (Exception failure) {
            log.debug("{} stays in the groups until it is found dead", consumer, failure);
        }
    }

    /** No call takes longer, besides its waiting. */
    Duration longest() {
        return redis.answer().multipliedBy(2);
    }

    RBatch batch() {
        return redis.batch();
    }

    static RStreamAsync<String, String> in(RBatch batch, String stream) {
        return batch.getStream(stream, PlainStrings.CODEC);
    }

    /** The answers that came; a command that failed fails all. */
    private static <T> Map<String, T> answers(Map<String, RFuture<T>> asked) throws Exception {
        Map<String, T> answers = new HashMap<>();
        for (Map.Entry<String, RFuture<T>> one : asked.entrySet()) {
            Throwable failure = failure(one.getValue());
            if (failure != null) {
                throw asException(failure);
            }
            T answer = one.getValue().toCompletableFuture().getNow(null);
            if (answer != null && !(answer instanceof Map<?, ?> map && map.isEmpty())) {
                answers.put(one.getKey(), answer);
            }
        }
        return answers;
    }

    private <T> T answer(RFuture<T> asked, Duration wait) throws Exception {
        return get(asked, wait.plus(longest()));
    }

    private static <T> T get(RFuture<T> asked, Duration limit) throws Exception {
        try {
            return asked.toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw asException(failed.getCause());
        } catch (TimeoutException late) {
            asked.cancel(true);
            throw new TimeoutException("no answer within " + limit.toMillis() + " ms");
        }
    }

    private static Exception asException(Throwable failure) {
        return failure instanceof Exception exception ? exception : new IllegalStateException(failure);
    }

    /**
     * Sends the batch. A failure of the whole is thrown; one of a single command stays with that command, and the first
     * is given back.
     */
    Optional<Exception> run(RBatch batch) throws Exception {
        try {
            get(batch.executeAsync(), longest());
            return Optional.empty();
        } catch (RedisConnectionException | RedisTimeoutException | TimeoutException whole) {
            throw whole;
        } catch (RedisException ofOneCommand) {
            return Optional.of(ofOneCommand);
        }
    }

    static Throwable failure(RFuture<?> answer) {
        return answer.toCompletableFuture()
                .handle((value, failure) -> failure)
                .getNow(new TimeoutException("no answer"));
    }
}
