package chasqui.pipeline;

import java.time.Clock;
import java.time.Duration;
import java.util.UUID;

/** A lease without a database behind it, for tests of what only moves bytes. */
public final class TestLease {
    private TestLease() {}

    public static Lease of(OperationType type) {
        Operation operation = new Operation(1, type, 1, "here_buffer_" + type, 1, 100, 0, 8, 0, 0);
        return new Lease(operation, UUID.randomUUID(), UUID.randomUUID(), Duration.ofMinutes(1), Clock.systemUTC());
    }
}
