package chasqui.pipeline;

import chasqui.notification.Notifications;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Results of finished work that the database could not take: each lies in the journal until it ends in exactly one way,
 * which the log tells. Recorded under its own lease; adopted when that is gone and nobody else has the work; dropped when
 * another has done it; refused, for a human.
 */
final class LateResults {
    private static final Logger log = LoggerFactory.getLogger(LateResults.class);

    /** Long for work of ours, and short for a start: nothing else begins before all results were tried. */
    private static final Duration LONGEST_LOCK = Duration.ofSeconds(1);

    private static final Duration BEHIND_OTHERS = Duration.ofMillis(50);
    private static final int MOST_LOCKS = 3;

    private final Jdbi jdbi;
    private final Function<Operation, StageEffects> effectsOf;
    private final Owner owner;
    private final ReentrantLock replaying = new ReentrantLock();
    private final Map<UUID, Late> all = new ConcurrentHashMap<>();
    private volatile ResultJournal journal;
    /** How many of this replay met a lock: it may be the same for the rest of them. */
    private int locks;

    /** Whose leases these are. */
    interface Owner {
        /** The attempt has ended; its thread went on to other work long ago. */
        void ended(Lease lease, WorkStatus status);

        /** It has ended without a result. */
        void failed(Lease lease, Failure failure);

        /** The lease is another's now, or nobody's. */
        void gone(Lease lease);

        /** Whether what lies there is being looked at. */
        boolean adopts(JournaledResult result);

        /** Nobody has the work: look at what lies there, now or when it is called again. */
        void adopt(JournaledResult result);
    }

    /** @param lease null: of an earlier process */
    private record Late(JournaledResult result, Lease lease, boolean durable, LateTrouble trouble) {
        Late with(boolean nowDurable, LateTrouble nowTrouble) {
            return new Late(result, lease, nowDurable, nowTrouble);
        }

        boolean isDue() {
            return trouble == null || trouble.isDue();
        }

        boolean isProblem() {
            return !durable || (trouble != null && trouble.isProblem());
        }
    }

    LateResults(Jdbi database, Function<Operation, StageEffects> effectsOf, Owner owner) {
        this.jdbi = database;
        this.effectsOf = effectsOf;
        this.owner = owner;
    }

    /** Takes over what an earlier process left in it. */
    void use(ResultJournal journal, ResultText text) {
        this.journal = journal;
        for (JournaledResult one : journal.read(text)) {
            all.put(one.token(), new Late(one, null, true, null));
        }
    }

    boolean canKeep() {
        return journal != null;
    }

    /** What is done, and is not to be begun anew by this process. */
    Set<Long> operations() {
        return all.values().stream()
                .map(late -> late.result().operation().id())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Keeps what the database did not take; where even the journal does not, in memory, with the lease. */
    void keep(Lease lease, JournaledResult result, RuntimeException why) {
        lease.keep();
        Late late = journaled(new Late(result, lease, false, null));
        all.put(result.token(), late);
        if (late.durable()) {
            log.warn(
                    "{}: is done; its result waits in {} until the database takes it: {}",
                    lease,
                    journal.folder(),
                    DatabaseTrouble.told(why));
        } else {
            log.error(
                    "{}: is done, and {}; the database: {}",
                    lease,
                    late.trouble().what(),
                    DatabaseTrouble.told(why));
        }
    }

    private Late journaled(Late late) {
        // An interrupt closes files: the end of this process must not be the end of what was done.
        boolean interrupted = Thread.interrupted();
        try {
            journal.add(late.result());
            return late.with(true, null);
        } catch (IOException failure) {
            return late.with(
                    false,
                    LateTrouble.turn(
                            "its result cannot be written to %s (%s): make room or give it to this user; it is kept in memory, and would be done again after a restart"
                                    .formatted(journal.folder(), failure.getMessage())));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** As {@link #replay}, unless another thread does so now. */
    void tryReplay() {
        if (replaying.tryLock()) {
            try {
                replay();
            } finally {
                replaying.unlock();
            }
        }
    }

    /**
     * Holds every result against the database, after whoever does so now. One that cannot be recorded does not keep the
     * others.
     *
     * @throws RuntimeException the database cannot be reached; everything stays as it is
     */
    void replay() {
        replaying.lock();
        try {
            locks = 0;
            List<Late> inOrder = all.values().stream()
                    .sorted(Comparator.comparing(late -> late.result().finishedAt()))
                    .toList();
            for (Late late : inOrder) {
                if (!owner.adopts(late.result()) && keeps(late.result().token())) {
                    replayDue(late.durable() ? late : journaledNow(late));
                }
            }
        } finally {
            replaying.unlock();
        }
    }

    private Late journaledNow(Late late) {
        Late now = journaled(late);
        all.put(now.result().token(), now);
        return now;
    }

    private void replayDue(Late late) {
        if (!late.isDue()) {
            return;
        }
        try {
            settle(late);
        } catch (RuntimeException failure) {
            if (DatabaseTrouble.isAway(failure)) {
                throw failure;
            }
            DatabaseTrouble.lock(failure).ifPresent(lock -> locks++);
            troubled(late, failure);
        }
    }

    private void settle(Late late) {
        try {
            switch (standing(late.result())) {
                case RECORDED -> recorded(late, "recorded now, with what came of it");
                case RECORDED_BEFORE ->
                    recorded(late, "was recorded when it ended, only the database's answer was lost");
                case ENDED -> {
                    forget(late);
                    if (late.lease() != null) {
                        owner.gone(late.lease());
                    }
                    log.warn(
                            "{}: another has done, cancelled or failed it meanwhile; its result is dropped",
                            late.result());
                }
                case OF_ANOTHER_DATABASE ->
                    refuse(
                            late,
                            new ChasquiException(
                                    FailureKind.PLATFORM,
                                    false,
                                    "it is work of the database "
                                            + late.result().database()
                                            + ", and this is another: where that one is lost, its results are, too"));
                case HELD -> leaseless(late, "another works on it now");
                case WAITS -> leaseless(late, "its next attempt is not due yet");
                case FREE -> {
                    leaseless(late, "nobody has it: what lies there is looked at again when it is its turn here");
                    owner.adopt(late.result());
                }
            }
        } catch (RuntimeException failure) {
            if (DatabaseTrouble.in(failure)) {
                throw failure;
            }
            if (!(failure instanceof ChasquiException ours && ours.retryable())) {
                refuse(late, failure);
            } else if (ours.kind() == FailureKind.ITEM) {
                failed(late, ours);
            } else {
                troubled(late, ours);
            }
        }
    }

    /** What came of the work is not right any more, and is to be made again: as if it had been told so at its end. */
    private void failed(Late late, ChasquiException why) {
        forget(late);
        log.warn(
                "{}: its result does not hold any more and is dropped; trying again: {}",
                late.result(),
                why.getMessage());
        if (late.lease() != null) {
            owner.failed(late.lease(), Failure.of(why));
        }
    }

    /** The database answers, and does not take this one now. */
    private void troubled(Late late, RuntimeException failure) {
        LateTrouble trouble = LateTrouble.again(late.trouble(), DatabaseTrouble.told(failure));
        all.computeIfPresent(late.result().token(), (token, now) -> now.with(now.durable(), trouble));
        log.warn(
                "{}: its result cannot be recorded now, try {}; it waits, and the others go on: {}",
                late.result(),
                trouble.times(),
                trouble.what());
        if (trouble.isToBeTold()) {
            tell(late.result(), trouble);
        }
    }

    private void tell(JournaledResult one, LateTrouble trouble) {
        try {
            jdbi.useTransaction(tx -> Notifications.raise(
                    tx,
                    Notifications.Level.WARNING,
                    "result-waits:" + one.operation().queue(),
                    one + " on " + one.node() + ": its result could not be recorded " + trouble.times()
                            + " times although the database answers: " + trouble.what(),
                    "it is tried again by itself; look at what the database says there"));
        } catch (RuntimeException later) {
            log.warn("{}: nobody could be told that its result waits: {}", one, later.toString());
        }
    }

    /** Of earlier processes, and left for a later try: what is still under their leases is not to be done again at once. */
    Long[] troubled() {
        return all.values().stream()
                .filter(late -> late.lease() == null
                        && late.trouble() != null
                        && late.trouble().times() > 0)
                .map(late -> late.result().operation().id())
                .toArray(Long[]::new);
    }

    private OperationRows.Standing standing(JournaledResult one) {
        return jdbi.inTransaction(tx -> {
            Duration longestLock = locks < MOST_LOCKS ? LONGEST_LOCK : BEHIND_OTHERS;
            if (!one.database().equals(OperationRows.installation(tx, longestLock))) {
                return OperationRows.Standing.OF_ANOTHER_DATABASE;
            }
            if (OperationRows.finish(tx, one.operation().id(), one.token(), WorkStatus.COMPLETED, one.bytes())) {
                effectsOf
                        .apply(one.operation())
                        .kindOf(one.result())
                        .record(tx, new Finished(one.operation()), one.result());
                return OperationRows.Standing.RECORDED;
            }
            return OperationRows.standing(tx, one.operation(), one.token());
        });
    }

    private void recorded(Late late, String how) {
        forget(late);
        if (late.lease() != null) {
            owner.ended(late.lease(), WorkStatus.COMPLETED);
        }
        log.info("{}: {}", late.result(), how);
    }

    /** Its lease, if it was ours, is not any more. */
    private void leaseless(Late late, String why) {
        if (late.lease() != null) {
            owner.gone(late.lease());
        }
        waits(new Late(late.result(), null, late.durable(), late.trouble()), why);
    }

    private void waits(Late late, String why) {
        all.put(late.result().token(), late.with(late.durable(), LateTrouble.turn(why)));
        if (late.trouble() == null || !why.equals(late.trouble().what())) {
            log.warn("{}: {}; its result waits", late.result(), why);
        }
    }

    private void refuse(Late late, RuntimeException failure) {
        JournaledResult one = late.result();
        try {
            String why = String.valueOf(failure.getMessage());
            jdbi.useTransaction(tx -> Notifications.raise(
                    tx,
                    Notifications.Level.ERROR,
                    "result-refused:" + one.operation().queue(),
                    one + " on " + one.node() + ": its result was journaled and is refused by the database: " + why,
                    "it lies in " + journal.folder().resolve("refused")
                            + " on that node; where the work is still to be done, it is done again by itself"));
            if (!late.durable()) {
                journal.add(one);
            }
            journal.refuse(one, why);
            all.remove(one.token());
            log.error("{}: its result is refused for good and lies in {}/refused", one, journal.folder(), failure);
        } catch (IOException kept) {
            log.error(
                    "{}: its result is refused and cannot be put aside, trying again: {}",
                    one,
                    kept.toString(),
                    failure);
            return;
        }
        if (late.lease() != null) {
            owner.failed(
                    late.lease(),
                    new Failure(FailureKind.ITEM, true, one + ": its result is refused: " + failure.getMessage()));
        }
    }

    /** The result of an earlier attempt has been taken over by a later one, or was found to be no good. */
    void drop(JournaledResult one) {
        Late late = all.get(one.token());
        if (late != null) {
            forget(late);
        }
    }

    private void forget(Late late) {
        all.remove(late.result().token());
        try {
            journal.remove(late.result());
        } catch (IOException stays) {
            log.warn(
                    "{}: its file stays until the next start, which changes nothing: {}",
                    late.result(),
                    stays.toString());
        }
    }

    boolean keeps(Lease lease) {
        return keeps(lease.token());
    }

    private boolean keeps(UUID token) {
        return all.containsKey(token);
    }

    LateReport report() {
        List<JournaledResult> waiting = all.values().stream().map(Late::result).toList();
        return new LateReport(
                waiting.size(),
                waiting.stream()
                        .map(JournaledResult::finishedAt)
                        .min(Comparator.naturalOrder())
                        .orElse(null),
                operations(),
                problems());
    }

    /** What a human should do something about. */
    private List<String> problems() {
        List<String> problems = new ArrayList<>();
        all.values().stream()
                .filter(Late::isProblem)
                .forEach(late -> problems.add(
                        late.result() + ": its result waits: " + late.trouble().what()));
        if (journal != null) {
            problems.addAll(journal.unread());
        }
        int refused = journal == null ? 0 : journal.refused();
        if (refused > 0) {
            problems.add(refused + " results of finished work were refused; look at "
                    + journal.folder().resolve("refused") + ", then remove them there");
        }
        return problems;
    }
}
