package chasqui.pipeline;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * What becomes of an operation after a failure.
 *
 * @param status PENDING or FAILED
 * @param outcome word for the attempt's record
 * @param delay until it may run again
 * @param countsAttempt whether an attempt is consumed
 * @param waitsFor why it is parked; null when it only waits for its delay
 */
public record Verdict(WorkStatus status, String outcome, Duration delay, boolean countsAttempt, String waitsFor) {
    static final Verdict GIVEN_BACK = new Verdict(WorkStatus.PENDING, "GIVEN_BACK", Duration.ZERO, false, null);
    static final Verdict NOT_OURS = new Verdict(WorkStatus.PENDING, "STALLED", Duration.ZERO, false, null);

    static Verdict of(Operation operation, Failure failure, LeaseSettings settings, RandomGenerator random) {
        if (failure.kind() != FailureKind.ITEM) {
            return new Verdict(
                    WorkStatus.PENDING,
                    "PARKED",
                    settings.park().delay(operation.parks(), random),
                    false,
                    failure.kind().name().toLowerCase(java.util.Locale.ROOT) + ": " + failure.message());
        }
        int attempt = operation.attempt() + 1;
        if (!failure.retryable() || attempt >= operation.maxAttempts()) {
            return new Verdict(WorkStatus.FAILED, "FAILED", Duration.ZERO, true, null);
        }
        return new Verdict(
                WorkStatus.PENDING, "RETRY", settings.retry().delay(operation.attempt(), random), true, null);
    }
}
