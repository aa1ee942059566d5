package chasqui.runtime;

import chasqui.database.Database;
import chasqui.database.DatabaseFault;
import chasqui.embedded.DatabaseAddress;
import chasqui.embedded.Home;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.settings.Settings;
import chasqui.topology.TopologyCache;
import com.zaxxer.hikari.pool.HikariPool;
import java.time.Duration;

/** Which PostgreSQL this process uses, how it connects to it, and whether it may change the schema there. */
final class DatabaseSettings {
    private static final Duration SHORTEST_ANSWER = Duration.ofSeconds(5);

    private final Settings settings;

    DatabaseSettings(Settings settings) {
        this.settings = settings;
    }

    /** One that somebody else runs; otherwise the embedded one. */
    boolean external() {
        return !url().isEmpty();
    }

    /** Connects to the external one. */
    Database connect() {
        // What follows a question mark may be a password.
        String shown = url().replaceFirst("\\?.*", "");
        if (!url().startsWith("jdbc:postgresql:")) {
            throw new ChasquiException(
                    FailureKind.PLATFORM,
                    false,
                    "chasqui.database.url = \"" + shown
                            + "\": wants an address such as jdbc:postgresql://db.example.org:5432/chasqui");
        }
        try {
            return Database.connect(url(), user(), password(), connections(), answer());
        } catch (HikariPool.PoolInitializationException refused) {
            Throwable why = refused.getCause() == null ? refused : refused.getCause();
            throw new ChasquiException(
                    FailureKind.PLATFORM,
                    true,
                    "cannot use PostgreSQL at " + shown + " as " + user() + ": " + why.getMessage()
                            + " Start it, or correct chasqui.database.url, chasqui.database.user or"
                            + " CHASQUI_DATABASE_PASSWORD",
                    refused);
        }
    }

    /** As {@link #connect()}; where it {@code waits}, one that may come by itself is not there yet instead. */
    Database connect(Home home, boolean waits) {
        try {
            return connect();
        } catch (ChasquiException refused) {
            boolean known = new TopologyCache(home.folders().topologyCache()).exists();
            if (!waits || !WaitingHelps.with(refused, known)) {
                throw refused;
            }
            Database later = Database.later(url(), user(), password(), connections(), answer());
            later.because(DatabaseFault.of(refused));
            return later;
        }
    }

    /** Connects to the embedded one. */
    Database connect(DatabaseAddress address) {
        return Database.connect(address.jdbcUrl(), address.user(), address.password(), connections(), answer());
    }

    /** Gives the database the schema of this version, or requires that it has it. */
    void bringUp(Database database) {
        if (!external()) {
            database.migrate();
        } else if (migrates()) {
            database.migrate(ServiceSettings.nodeName(settings));
        } else {
            database.requireSchema();
        }
    }

    /** @throws chasqui.settings.SettingsRefused it is out of range, or anything read before is wrong */
    int connections() {
        int connections = settings.number("chasqui.database.connections", 2, 200);
        settings.requireValid();
        return connections;
    }

    private boolean migrates() {
        String migrate = settings.text("chasqui.database.migrate");
        if (!migrate.matches("auto|true|false")) {
            settings.refuse("chasqui.database.migrate", "wants auto, true or false");
            settings.requireValid();
        }
        return migrate.equals("true")
                || migrate.equals("auto") && settings.list("chasqui.node.roles").contains("manager");
    }

    private Duration answer() {
        Duration answer = settings.duration("chasqui.database.answer");
        if (answer.compareTo(SHORTEST_ANSWER) < 0) {
            settings.refuse("chasqui.database.answer", "wants at least " + SHORTEST_ANSWER.toSeconds() + "s");
        }
        settings.requireValid();
        return answer;
    }

    private String url() {
        return settings.text("chasqui.database.url");
    }

    private String user() {
        return settings.text("chasqui.database.user");
    }

    private String password() {
        return settings.text("chasqui.database.password");
    }
}
