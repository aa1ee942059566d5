package chasqui.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Results whose lease is gone while nobody else has taken the work: it is claimed anew, the bytes are read again, and what
 * they prove is recorded. On threads of its own, since reading takes as long as the bytes are many.
 */
final class Adoptions {
    private static final Logger log = LoggerFactory.getLogger(Adoptions.class);
    private static final Duration UNTIL_IT_BEGINS = Duration.ofDays(1);

    private final OperationStore store;
    private final Map<OperationType, Adopter> adopters;
    private final Function<Exception, Failure> classify;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "adoption");
        thread.setDaemon(true);
        return thread;
    });

    /** @param classify says to whom a failure to look is charged */
    Adoptions(OperationStore store, List<Adopter> adopters, Function<Exception, Failure> classify) {
        this.store = store;
        this.adopters = adopters.stream().collect(Collectors.toUnmodifiableMap(Adopter::type, one -> one));
        this.classify = classify;
    }

    /** Begins, where the operation can be claimed and somebody can tell; the result is dropped when it has served. */
    void begin(JournaledResult one, Function<UUID, Optional<Lease>> claim, Runnable drop) {
        Adopter adopter = adopters.get(one.operation().type());
        if (adopter == null) {
            drop.run();
            log.warn("{}: nobody here can tell whether its bytes are still there; the work is done again", one);
            return;
        }
        claim.apply(UUID.randomUUID()).ifPresent(lease -> {
            lease.phase("reading again what was done", one.bytes(), UNTIL_IT_BEGINS);
            threads.execute(() -> adopt(one, adopter, lease, drop));
        });
    }

    private void adopt(JournaledResult one, Adopter adopter, Lease lease, Runnable drop) {
        lease.takeOver();
        try {
            Optional<Result> found = adopter.lookAgain(lease, one.result());
            if (found.isPresent()) {
                store.complete(lease, found.get());
                drop.run();
                log.info("{}: its lease was gone; its bytes were read again, are right, and are adopted", one);
            } else {
                drop.run();
                log.warn("{}: its lease was gone, and its bytes are gone or others; the work is done again", one);
                store.giveBack(lease, "what it had done is not there any more");
            }
        } catch (Exception failure) {
            failed(one, lease, failure);
        }
    }

    private void failed(JournaledResult one, Lease lease, Exception failure) {
        try {
            if (failure instanceof LeaseLost || lease.isLost()) {
                store.lost(lease);
            } else {
                Failure recorded = classify.apply(failure);
                log.warn("{}: cannot be looked at again now: {}", one, recorded.message());
                store.fail(lease, recorded);
            }
        } catch (RuntimeException later) {
            log.warn(
                    "{}: that cannot be recorded now; it is put back when its lease runs out: {}",
                    one,
                    later.toString());
        }
    }
}
