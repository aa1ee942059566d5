package chasqui.testing;

import chasqui.pipeline.Backoff;
import chasqui.pipeline.Lease;
import chasqui.pipeline.LeaseRenewer;
import chasqui.pipeline.LeaseSettings;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StageEffects;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;

/** The kernel with one stage, for tests that drive its manager and worker by hand. */
public final class TestKernel {
    private TestKernel() {}

    /** Failed and parked work is due again at once. */
    public static OperationStore of(Jdbi database, StageEffects... stages) {
        return of(database, Duration.ofMillis(1), stages);
    }

    /** @param pause until failed and parked work is due again */
    public static OperationStore of(Jdbi database, Duration pause, StageEffects... stages) {
        return of(database, pause, Clock.systemUTC(), stages);
    }

    /** @param clock read whenever work stamps its progress */
    public static OperationStore of(Jdbi database, Duration pause, Clock clock, StageEffects... stages) {
        LeaseSettings settings = new LeaseSettings(
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                new Backoff(pause, pause),
                new Backoff(pause, pause));
        return new OperationStore(database, List.of(stages), NodeIdentity.starting("test-node"), settings, clock);
    }

    /** As if the monitor had put the work back: its lease notices at the next beat. */
    public static void takeAway(TestDatabase database, OperationStore store, Lease lease) {
        database.execute("UPDATE operation SET lease_token = gen_random_uuid() WHERE id = "
                + lease.operation().id());
        try (LeaseRenewer renewer = new LeaseRenewer(store, () -> {})) {
            renewer.renewAll();
        }
    }

    /** How many SQL statements some work takes. */
    public static int statements(Jdbi database, Runnable work) {
        AtomicInteger count = new AtomicInteger();
        SqlLogger before = database.getConfig(org.jdbi.v3.core.statement.SqlStatements.class)
                .getSqlLogger();
        database.setSqlLogger(new SqlLogger() {
            @Override
            public void logBeforeExecution(StatementContext context) {
                count.incrementAndGet();
            }
        });
        try {
            work.run();
        } finally {
            database.setSqlLogger(before);
        }
        return count.get();
    }
}
