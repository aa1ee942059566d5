package chasqui.runtime;

import chasqui.database.Database;
import chasqui.database.DatabaseFault;
import chasqui.embedded.DatabaseAddress;
import chasqui.embedded.EmbeddedDatabase;
import chasqui.embedded.EmbeddedObjectStore;
import chasqui.embedded.Home;
import chasqui.embedded.HomeFolders;
import chasqui.embedded.HomeInUse;
import chasqui.pipeline.DatabaseTrouble;
import chasqui.settings.Settings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What everything stands on: the home, PostgreSQL and the object store, embedded where none is configured. */
public final class Foundation implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Foundation.class);

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
        return open(settings, false);
    }

    /**
     * As {@link #open(Settings)}, where the service is to run: it goes on without an external database that may come by
     * itself ({@link WaitingHelps}), and {@link #arrive} is to be called until that goes well.
     */
    public static Foundation openOrWait(Settings settings) {
        return open(settings, true);
    }

    private static Foundation open(Settings settings, boolean waits) {
        DatabaseSettings postgres = new DatabaseSettings(settings);
        postgres.connections();
        return open(settings, postgres, wantsObjectStore(settings, postgres.external()), waits);
    }

    private static Foundation open(
            Settings settings, DatabaseSettings postgres, boolean withObjectStore, boolean waits) {
        Home home = Home.open(homeOf(settings));
        EmbeddedDatabase embedded = null;
        EmbeddedObjectStore store = null;
        Database database = null;
        try {
            if (!postgres.external()) {
                embedded = EmbeddedDatabase.start(home);
            }
            if (withObjectStore) {
                store = EmbeddedObjectStore.start(home);
            }
            database = postgres.external() ? postgres.connect(home, waits) : postgres.connect(embedded.address());
            Foundation made = new Foundation(home, home.folders(), embedded, store, database);
            Database opened = database;
            if (waits) {
                // What the server ended would be begun anew every moment, with locks on all that others use.
                made.tryFirst(
                        () -> postgres.bringUp(opened),
                        trouble -> DatabaseTrouble.in(trouble) && !DatabaseTrouble.ofOneStatement(trouble));
            } else {
                postgres.bringUp(opened);
            }
            return made;
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
        DatabaseSettings postgres = new DatabaseSettings(settings);
        postgres.connections();
        if (postgres.external()) {
            return joined(new HomeFolders(homeOf(settings)), postgres.connect());
        }
        try {
            return open(settings, postgres, withObjects && wantsObjectStore(settings, false), false);
        } catch (HomeInUse running) {
            HomeFolders folders = Home.peek(homeOf(settings));
            Optional<DatabaseAddress> address = EmbeddedDatabase.address(folders);
            return joined(folders, postgres.connect(address.orElseThrow(() -> running)));
        }
    }

    /**
     * As {@link #openOrJoin}, but never makes a home: a command given in the wrong folder must not look at an empty one.
     *
     * @throws chasqui.embedded.HomeRefused there is no home
     */
    public static Foundation lookInto(Settings settings) {
        requireHome(settings);
        return openOrJoin(settings);
    }

    /** The same with the object store, where one is embedded and no service runs it. */
    public static Foundation lookIntoWithObjects(Settings settings) {
        requireHome(settings);
        return openOrJoinWithObjects(settings);
    }

    private static void requireHome(Settings settings) {
        if (!new DatabaseSettings(settings).external()) {
            Home.peek(homeOf(settings));
        }
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

    /**
     * Does what a start does with its database. An external one may go meanwhile, or take no writes: then the start goes on
     * without it, as when it had not been there.
     *
     * @return whether this was done; if not, {@link #arrive} is to be called
     */
    boolean tryFirst(Runnable step) {
        return tryFirst(step, DatabaseTrouble::in);
    }

    private boolean tryFirst(Runnable step, Predicate<RuntimeException> passes) {
        if (!database.isOpen()) {
            return false;
        }
        try {
            step.run();
            return true;
        } catch (RuntimeException trouble) {
            if (embeddedDatabase != null || !passes.test(trouble)) {
                throw trouble;
            }
            String why = DatabaseFault.of(trouble);
            log.warn("this start goes on without the database: {}", why);
            log.debug("the database failed", trouble);
            database.shut(why);
            return false;
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
            new DatabaseSettings(settings).bringUp(database);
            join.run();
        });
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
