package chasqui.runtime;

import chasqui.database.Database;
import chasqui.database.DatabaseFault;
import chasqui.embedded.DatabaseAddress;
import chasqui.embedded.EmbeddedDatabase;
import chasqui.embedded.EmbeddedObjectStore;
import chasqui.embedded.Home;
import chasqui.embedded.HomeFolders;
import chasqui.embedded.HomeInUse;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.settings.Settings;
import chasqui.topology.TopologyCache;
import com.zaxxer.hikari.pool.HikariPool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What everything stands on: the home, PostgreSQL and the object store, embedded where none is configured. */
public final class Foundation implements AutoCloseable {
    private static final Duration SHORTEST_ANSWER = Duration.ofSeconds(5);

    private final Home home;
    private final EmbeddedDatabase embeddedDatabase;
    private final EmbeddedObjectStore objectStore;
    private final Database database;
    private final HomeFolders folders;

    private Foundation(
            Home home, HomeFolders folders, EmbeddedDatabase embedded, EmbeddedObjectStore store, Database database) {
        this.home = home;
        this.folders = folders;
        this.embeddedDatabase = embedded;
        this.objectStore = store;
        this.database = database;
    }

    /**
     * Takes the home and starts what runs in it.
     *
     * @throws HomeInUse another process has it
     */
    public static Foundation open(Settings settings) {
        boolean external = !settings.text("chasqui.database.url").isEmpty();
        connections(settings);
        return open(settings, external, wantsObjectStore(settings, external));
    }

    /**
     * As {@link #open(Settings)}, where the service is to run: it goes on without an external database that may come by
     * itself ({@link WaitingHelps}), and {@link #arrive} is to be called until that goes well.
     */
    public static Foundation openOrWait(Settings settings) {
        boolean external = !settings.text("chasqui.database.url").isEmpty();
        connections(settings);
        return open(settings, external, wantsObjectStore(settings, external), true);
    }

    private static Foundation open(Settings settings, boolean external, boolean withObjectStore) {
        return open(settings, external, withObjectStore, false);
    }

    private static Foundation open(Settings settings, boolean external, boolean withObjectStore, boolean waits) {
        Home home = Home.open(homeOf(settings));
        EmbeddedDatabase embedded = null;
        EmbeddedObjectStore store = null;
        Database database = null;
        try {
            if (!external) {
                embedded = EmbeddedDatabase.start(home);
            }
            if (withObjectStore) {
                store = EmbeddedObjectStore.start(home);
            }
            database = external ? external(settings, home, waits) : connect(settings, embedded.address());
            if (database.isOpen()) {
                bringUp(database, settings, external);
            }
            return new Foundation(home, home.folders(), embedded, store, database);
        } catch (RuntimeException | Error failure) {
            new Foundation(home, home.folders(), embedded, store, database).close();
            throw failure;
        }
    }

    /**
     * For a short command: joins the service that runs in the home, or opens the home for the command's time when none
     * does.
     */
    public static Foundation openOrJoin(Settings settings) {
        return openOrJoin(settings, false);
    }

    /** As {@link #openOrJoin(Settings)}, with the object store where one is embedded and no service runs it. */
    public static Foundation openOrJoinWithObjects(Settings settings) {
        return openOrJoin(settings, true);
    }

    private static Foundation openOrJoin(Settings settings, boolean withObjects) {
        connections(settings);
        boolean external = !settings.text("chasqui.database.url").isEmpty();
        if (external) {
            return joined(new HomeFolders(homeOf(settings)), external(settings));
        }
        try {
            return open(settings, false, withObjects && wantsObjectStore(settings, false));
        } catch (HomeInUse running) {
            HomeFolders folders = Home.peek(homeOf(settings));
            Optional<DatabaseAddress> address = EmbeddedDatabase.address(folders);
            return joined(folders, connect(settings, address.orElseThrow(() -> running)));
        }
    }

    /**
     * As {@link #openOrJoin}, but never makes a home: a command given in the wrong folder must not look at an empty one.
     *
     * @throws chasqui.embedded.HomeRefused there is no home
     */
    public static Foundation lookInto(Settings settings) {
        if (settings.text("chasqui.database.url").isEmpty()) {
            Home.peek(homeOf(settings));
        }
        return openOrJoin(settings);
    }

    /** The same with the object store, where one is embedded and no service runs it. */
    public static Foundation lookIntoWithObjects(Settings settings) {
        if (settings.text("chasqui.database.url").isEmpty()) {
            Home.peek(homeOf(settings));
        }
        return openOrJoinWithObjects(settings);
    }

    private static Foundation joined(HomeFolders folders, Database database) {
        try {
            database.requireSchema();
            return new Foundation(null, folders, null, null, database);
        } catch (RuntimeException | Error failure) {
            database.close();
            throw failure;
        }
    }

    private static void bringUp(Database database, Settings settings, boolean external) {
        if (!external) {
            database.migrate();
        } else if (migrates(settings)) {
            database.migrate(ServiceSettings.nodeName(settings));
        } else {
            database.requireSchema();
        }
    }

    private static boolean migrates(Settings settings) {
        String migrate = settings.text("chasqui.database.migrate");
        if (!migrate.matches("auto|true|false")) {
            settings.refuse("chasqui.database.migrate", "wants auto, true or false");
            settings.requireValid();
        }
        return migrate.equals("true")
                || migrate.equals("auto") && settings.list("chasqui.node.roles").contains("manager");
    }

    private static boolean wantsObjectStore(Settings settings, boolean external) {
        String embedded = settings.text("chasqui.object-store.embedded");
        if (!embedded.matches("auto|true|false")) {
            settings.refuse("chasqui.object-store.embedded", "wants auto, true or false");
            settings.requireValid();
        }
        return embedded.equals("true") || (embedded.equals("auto") && !external);
    }

    private static Path homeOf(Settings settings) {
        return Path.of(settings.text("chasqui.home")).toAbsolutePath().normalize();
    }

    private static Database external(Settings settings, Home home, boolean waits) {
        try {
            return external(settings);
        } catch (ChasquiException refused) {
            boolean known = new TopologyCache(home.folders().topologyCache()).exists();
            if (!waits || !WaitingHelps.with(refused, known)) {
                throw refused;
            }
            Database later = Database.later(
                    settings.text("chasqui.database.url"),
                    settings.text("chasqui.database.user"),
                    settings.text("chasqui.database.password"),
                    connections(settings),
                    answer(settings));
            later.because(DatabaseFault.of(refused));
            return later;
        }
    }

    /**
     * The database may have come.
     *
     * @param join what is to be done before anybody else uses it
     * @throws RuntimeException it has not, or refuses; nothing has changed
     */
    void arrive(Settings settings, Runnable join) {
        database.openAfter(() -> {
            // Whether it answers is found out soon; what follows may take its time.
            database.beats().useHandle(db -> db.execute("SELECT 1"));
            bringUp(database, settings, true);
            join.run();
        });
    }

    private static Database external(Settings settings) {
        String url = settings.text("chasqui.database.url");
        // What follows a question mark may be a password.
        String shown = url.replaceFirst("\\?.*", "");
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new ChasquiException(
                    FailureKind.PLATFORM,
                    false,
                    "chasqui.database.url = \"" + shown
                            + "\": wants an address such as jdbc:postgresql://db.example.org:5432/chasqui");
        }
        String user = settings.text("chasqui.database.user");
        try {
            return Database.connect(
                    url, user, settings.text("chasqui.database.password"), connections(settings), answer(settings));
        } catch (HikariPool.PoolInitializationException refused) {
            Throwable why = refused.getCause() == null ? refused : refused.getCause();
            throw new ChasquiException(
                    FailureKind.PLATFORM,
                    true,
                    "cannot use PostgreSQL at " + shown + " as " + user + ": " + why.getMessage()
                            + " Start it, or correct chasqui.database.url, chasqui.database.user or"
                            + " CHASQUI_DATABASE_PASSWORD",
                    refused);
        }
    }

    private static Database connect(Settings settings, DatabaseAddress address) {
        return Database.connect(
                address.jdbcUrl(), address.user(), address.password(), connections(settings), answer(settings));
    }

    private static Duration answer(Settings settings) {
        Duration answer = settings.duration("chasqui.database.answer");
        if (answer.compareTo(SHORTEST_ANSWER) < 0) {
            settings.refuse("chasqui.database.answer", "wants at least " + SHORTEST_ANSWER.toSeconds() + "s");
        }
        settings.requireValid();
        return answer;
    }

    private static int connections(Settings settings) {
        int connections = settings.number("chasqui.database.connections", 2, 200);
        settings.requireValid();
        return connections;
    }

    public Database database() {
        return database;
    }

    public HomeFolders home() {
        return folders;
    }

    /** The embedded object store; empty when it is not ours to run. */
    public Optional<EmbeddedObjectStore> objectStore() {
        return Optional.ofNullable(objectStore);
    }

    /** The embedded PostgreSQL; empty when an external one is configured or another process runs it. */
    public Optional<EmbeddedDatabase> embeddedDatabase() {
        return Optional.ofNullable(embeddedDatabase);
    }

    @Override
    public void close() {
        if (database != null) {
            database.close();
        }
        if (objectStore != null) {
            objectStore.close();
        }
        if (embeddedDatabase != null) {
            embeddedDatabase.close();
        }
        if (home != null) {
            home.close();
        }
    }
}
