package chasqui.testing;

import chasqui.database.Database;
import chasqui.embedded.DatabaseAddress;
import chasqui.embedded.EmbeddedDatabase;
import chasqui.embedded.Home;
import java.nio.file.Path;

/** The database that a running service has in its home, as a test looks in. */
public final class OwnDatabase {
    private OwnDatabase() {}

    /** One number; -1 while the database cannot be reached. */
    public static long count(Path home, String sql) {
        try {
            DatabaseAddress address = EmbeddedDatabase.address(Home.peek(home)).orElseThrow();
            try (Database database = Database.connect(address.jdbcUrl(), address.user(), address.password(), 1)) {
                return database.jdbi()
                        .withHandle(db -> db.createQuery(sql).mapTo(Long.class).one());
            }
        } catch (RuntimeException notYet) {
            return -1;
        }
    }
}
