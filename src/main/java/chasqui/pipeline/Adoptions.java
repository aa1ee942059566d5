package chasqui.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Results whose lease is gone while nobody else has taken the work: it is claimed anew, the bytes are read again, and what
 * they prove is recorded. On threads of its own, since reading takes as long as the bytes are many, and few for each
 * location. A look costs the work nothing: where it does not help, the work is simply done again.
 */
final class Adoptions {
    private static final Logger log = LoggerFactory.getLogger(Adoptions.class);
    private static final Duration UNTIL_IT_BEGINS = Duration.ofDays(1);
    private static final int MOST_AT_A_LOCATION = 2;

    /** Failures of a location or link, each after a longer pause. */
    private static final int MOST_FAILED_LOOKS = 5;

    private final OperationStore store;
    private final Map<OperationType, Adopter> adopters;
    private final Function<Exception, Failure> classify;
    private final Predicate<Operation> servedHere;
    /** Locations, by the token of the result whose bytes are read there. */
    private final Map<UUID, Long> underWay = new ConcurrentHashMap<>();

    private final Map<UUID, Integer> failedLooks = new ConcurrentHashMap<>();
    private final Executor threads;

    /**
     * @param classify says to whom a failure to look is charged
     * @param servedHere whether this process works on such operations now
     * @param threads to read on; may be without one now
     */
    Adoptions(
            OperationStore store,
            List<Adopter> adopters,
            Function<Exception, Failure> classify,
            Predicate<Operation> servedHere,
            Executor threads) {
        this.threads = threads;
        this.servedHere = servedHere;
        this.store = store;
        this.adopters = adopters.stream().collect(Collectors.toUnmodifiableMap(Adopter::type, one -> one));
        this.classify = classify;
    }

    boolean isUnderWay(JournaledResult one) {
        return underWay.containsKey(one.token());
    }

    private boolean hasTurn(Operation operation) {
        return servedHere.test(operation)
                && underWay.values().stream()
                                .filter(location -> location == operation.dataLocationId())
                                .count()
                        < MOST_AT_A_LOCATION;
    }

    /**
     * Begins, where the operation can be claimed and somebody can tell, and there is room for it; otherwise the result waits
     * for the next time. It is dropped when it has served.
     */
    void begin(JournaledResult one, Function<UUID, Optional<Lease>> claim, Runnable drop) {
        Adopter adopter = adopters.get(one.operation().type());
        if (adopter == null) {
            drop.run();
            log.warn("{}: nobody here can tell whether its bytes are still there; the work is done again", one);
            return;
        }
        if (!hasTurn(one.operation())) {
            return;
        }
        claimed(one, claim, drop).ifPresent(lease -> {
            lease.phase("reading again what was done", one.bytes(), UNTIL_IT_BEGINS);
            underWay.put(one.token(), one.operation().dataLocationId());
            try {
                threads.execute(() -> {
                    try {
                        adopt(one, adopter, lease, drop);
                    } finally {
                        underWay.remove(one.token());
                    }
                });
            } catch (RuntimeException | Error refused) {
                throw withoutThread(one, lease, refused);
            }
        });
    }

    /** It must stay in nobody's hands: its lease would be renewed for as long as this process lives. */
    private RuntimeException withoutThread(JournaledResult one, Lease lease, Throwable refused) {
        underWay.remove(one.token());
        store.giveBack(lease, "what it had done cannot be looked at now");
        return new ChasquiException(
                FailureKind.PLATFORM, true, "there is no thread left to look at what it had done: " + refused, refused);
    }

    private static Optional<Lease> claimed(JournaledResult one, Function<UUID, Optional<Lease>> claim, Runnable drop) {
        try {
            return claim.apply(UUID.randomUUID());
        } catch (ChasquiException refused) {
            if (refused.kind() != FailureKind.ITEM) {
                throw refused;
            }
            // Whoever claims it next is told the same, and it is charged then.
            drop.run();
            log.warn("{}: its work cannot begin again, its result is dropped: {}", one, refused.getMessage());
            return Optional.empty();
        }
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
        } catch (Throwable failure) {
            failed(one, lease, failure, drop);
        }
    }

    private void failed(JournaledResult one, Lease lease, Throwable failure, Runnable drop) {
        try {
            if (failure instanceof LeaseLost || lease.isLost()) {
                store.lost(lease);
            } else {
                lookFailed(one, lease, classified(one, failure), drop);
            }
        } catch (RuntimeException | Error later) {
            log.warn(
                    "{}: that cannot be recorded now; it is put back when its lease runs out: {}",
                    one,
                    later.toString());
        }
    }

    private Failure classified(JournaledResult one, Throwable failure) {
        if (failure instanceof Exception known) {
            return classify.apply(known);
        }
        log.error("{}: its look ended with an error of this program or machine", one, failure);
        return new Failure(FailureKind.PLATFORM, true, one + ": cannot be looked at again: " + failure);
    }

    private void lookFailed(JournaledResult one, Lease lease, Failure failure, Runnable drop) {
        boolean ofThePlatform = failure.kind() == FailureKind.PLATFORM;
        boolean again = ofThePlatform
                || failure.kind() != FailureKind.ITEM
                        && failedLooks.merge(one.token(), 1, Integer::sum) < MOST_FAILED_LOOKS;
        if (again) {
            log.warn("{}: cannot be looked at again now: {}", one, failure.message());
            store.fail(lease, failure);
            return;
        }
        failedLooks.remove(one.token());
        drop.run();
        log.warn(
                "{}: what it had done cannot be looked at; its result is dropped, the work is done again: {}",
                one,
                failure.message());
        store.giveBack(lease, "what it had done cannot be looked at: " + failure.message());
    }
}
