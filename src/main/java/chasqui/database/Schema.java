package chasqui.database;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationVersion;
import org.jdbi.v3.core.Jdbi;

/** The schema in a database beside the one that this program knows. */
final class Schema {
    private static final int MOST_NAMED = 10;

    private final Flyway flyway;
    private final Jdbi database;

    Schema(DataSource connections, Jdbi database) {
        this.flyway = Flyway.configure()
                .dataSource(connections)
                .locations("classpath:schema")
                .failOnMissingLocations(true)
                .load();
        this.database = database;
    }

    /**
     * Brings it up to this program's version.
     *
     * @param node whose own dead incarnation does not count as a node that runs
     * @return how many migrations ran
     */
    int migrate(String node) {
        MigrationInfoService info = flyway.info();
        requireKnown(info);
        if (info.pending().length > 0) {
            requireNobody(info, node);
        }
        return flyway.migrate().migrationsExecuted;
    }

    /** @throws SchemaMismatch it is another than this program's */
    void require() {
        MigrationInfoService info = flyway.info();
        requireKnown(info);
        if (info.pending().length > 0) {
            throw new SchemaMismatch(
                    true,
                    "the schema of this database is %s, and this version of Chasqui wants %s: start a node of this version with the role manager first, which brings it up (or set chasqui.database.migrate = true here), then start this again"
                            .formatted(present(info), wanted(info)));
        }
        flyway.validate();
    }

    private static void requireKnown(MigrationInfoService info) {
        List<MigrationInfo> unknown = Arrays.stream(info.applied())
                .filter(one -> !one.getState().isResolved())
                .toList();
        if (!unknown.isEmpty()) {
            throw new SchemaMismatch(
                    false,
                    "the schema of this database is %s, made by a newer version of Chasqui; this one knows it up to %s: install the version that the other nodes run (chasqui nodes names it there), or give another database"
                            .formatted(present(info), wanted(info)));
        }
    }

    /** What runs would meet tables that it does not know. */
    private void requireNobody(MigrationInfoService info, String node) {
        List<String> running = others(node);
        if (!running.isEmpty()) {
            throw new SchemaMismatch(
                    true,
                    "the schema of this database must be brought from %s to %s, and nodes that do not know the new one still run: %s; stop them, start this node, then start them in its version"
                            .formatted(present(info), wanted(info), String.join(", ", running)));
        }
    }

    private List<String> others(String node) {
        return database.withHandle(db -> {
            boolean registered = db.createQuery("SELECT to_regclass('live_node') IS NOT NULL")
                    .mapTo(Boolean.class)
                    .one();
            return registered
                    ? db.createQuery("""
                            SELECT name || ' on ' || host || ' (' || version || ')' FROM live_node
                             WHERE name <> :node ORDER BY name LIMIT :most
                            """)
                            .bind("node", node)
                            .bind("most", MOST_NAMED)
                            .mapTo(String.class)
                            .list()
                    : List.of();
        });
    }

    private static String present(MigrationInfoService info) {
        return Optional.ofNullable(info.current())
                .map(current -> "version " + current.getVersion())
                .orElse("not there yet");
    }

    private static String wanted(MigrationInfoService info) {
        return "version "
                + Arrays.stream(info.all())
                        .filter(one -> one.getState().isResolved())
                        .map(MigrationInfo::getVersion)
                        .max(MigrationVersion::compareTo)
                        .orElseThrow();
    }

    /** What Flyway says, for people. */
    static SchemaMismatch doesNotFit(FlywayException mismatch) {
        return new SchemaMismatch(
                false,
                "the schema of this database does not fit this version of Chasqui: "
                        + mismatch.getMessage().lines().limit(2).collect(Collectors.joining("; "))
                        + "; use the version that made it, or another database or --home",
                mismatch);
    }
}
