package chasqui.recovery;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.DatabaseTrouble;
import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.LeaseLost;
import chasqui.pipeline.NotYet;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.Rarely;
import chasqui.pipeline.Verdict;
import chasqui.pipeline.WorkStatus;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every worker route does with an error: classify, record, and tell the breaker about what is not the item's fault. */
public final class FailurePolicy {
    private static final Logger log = LoggerFactory.getLogger(FailurePolicy.class);

    private final OperationStore operations;
    private final Rarely databaseAway = new Rarely();
    /** By queue: what its breaker last counted, so that work it turns away says the cause and not only the effect. */
    private final Map<String, String> causes = new ConcurrentHashMap<>();

    public FailurePolicy(OperationStore operations) {
        this.operations = operations;
    }

    /**
     * Records a worker's error.
     *
     * @throws ChasquiException when a location or link is at fault, so that a circuit breaker around the work counts it
     */
    public void record(Lease lease, Throwable error) {
        // The interrupt that ended the work must not end its record as well.
        boolean interrupted = Thread.interrupted();
        if (error instanceof LeaseLost || lease.isLost()) {
            operations.lost(lease);
            log.warn("{}: its work was ended: {}", lease, error.getMessage());
            return;
        }
        if (error instanceof NotYet notYet && !interrupted) {
            Duration waited = operations.postpone(lease, notYet);
            log.info("{}: {}; waits since {} s", lease, notYet.getMessage(), waited.toSeconds());
            return;
        }
        Failure failure = interrupted ? FailureClassifier.interrupted() : FailureClassifier.classify(error);
        Verdict verdict = operations.fail(lease, failure);
        report(lease, failure, verdict, error);
        if (failure.kind() == FailureKind.LOCATION || failure.kind() == FailureKind.LINK) {
            causes.put(lease.operation().queue(), failure.message());
            throw new ChasquiException(failure.kind(), true, failure.message());
        }
    }

    /** As {@link #record}, where the stage's effects count what a link is to blame for and no breaker is told. */
    public void recordOnly(Lease lease, Throwable error) {
        try {
            record(lease, error);
        } catch (ChasquiException counted) {
            log.trace("{}: recorded", lease);
        } catch (RuntimeException failure) {
            log.warn("{}: its failure cannot be recorded now; it is kept until the database answers", lease, failure);
        }
    }

    /**
     * What a worker route does instead of the work while its breaker is open.
     *
     * @param error null when the breaker was open; otherwise the failure, which is recorded already
     */
    public void circuitOpen(Lease lease, Throwable error) {
        if (error == null) {
            String queue = lease.operation().queue();
            String cause = causes.get(queue);
            operations.fail(
                    lease,
                    new Failure(
                            FailureKind.LOCATION,
                            true,
                            queue + " has failed repeatedly; nothing is sent there until a probe succeeds"
                                    + (cause == null ? "" : "; it failed last with: " + cause)));
        }
    }

    /** An error outside of any operation: the loop goes on with its next round. */
    public void loopFailed(String route, Throwable error) {
        if (DatabaseTrouble.ofOneStatement(error)) {
            log.warn(
                    "{}: this round failed, the next one tries again: {}",
                    route,
                    DatabaseTrouble.lock(error).orElseGet(() -> String.valueOf(error)));
            log.debug("{}", route, error);
            return;
        }
        if (DatabaseTrouble.in(error)) {
            // It concerns every loop at every round, and health says it.
            if (databaseAway.now()) {
                log.warn(
                        "{}: this round failed, and others will until the database is back; each tries again: {}",
                        route,
                        String.valueOf(error));
            }
            log.debug("{}: this round failed", route, error);
            return;
        }
        log.warn("{}: this round failed, the next one tries again: {}", route, String.valueOf(error), error);
    }

    private static void report(Lease lease, Failure failure, Verdict verdict, Throwable error) {
        if (verdict.status() == WorkStatus.FAILED) {
            log.error("{}: failed for good: {}", lease, failure.message(), error);
        } else if (verdict.waitsFor() != null) {
            log.warn("{}: parked for {} s: {}", lease, verdict.delay().toSeconds(), failure.message());
            log.debug("{}", lease, error);
        } else {
            log.warn(
                    "{}: attempt {} failed, next in {} s: {}",
                    lease,
                    lease.operation().attempt() + 1,
                    verdict.delay().toSeconds(),
                    failure.message());
            log.debug("{}", lease, error);
        }
    }
}
