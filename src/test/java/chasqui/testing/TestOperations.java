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
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;

/** What tests of a stage need of the kernel. */
public final class TestOperations {
    private TestOperations() {}

    /** A store whose retries and parked work are due again at once. */
    public static OperationStore store(Jdbi database, StageEffects... effects) {
        Backoff soon = new Backoff(Duration.ofMillis(1), Duration.ofMillis(1));
        return new OperationStore(
                database,
                List.of(effects),
                NodeIdentity.starting("here"),
                new LeaseSettings(Duration.ofSeconds(60), Duration.ofSeconds(10), Duration.ofSeconds(60), soon, soon),
                Clock.systemUTC());
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
    public static int statements(Jdbi database, Supplier<?> work) {
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
            work.get();
        } finally {
            database.setSqlLogger(before);
        }
        return count.get();
    }
}
