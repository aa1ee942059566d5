package chasqui.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jdbi.v3.core.Jdbi;

/**
 * A small topology on folders of a test: site {@code ccat} with source {@code telescope_computer} and {@code buffer},
 * site {@code cologne} with {@code buffer}, disk archive {@code lta} and {@code processing}, site {@code us} with
 * {@code buffer} and disk archive {@code lta}; instrument {@code camera} at ccat with module {@code m1}.
 */
public final class TestTopology {
    private TestTopology() {}

    public static void on(Jdbi database, Path folder) throws Exception {
        database.useHandle(db -> db.execute("""
                INSERT INTO site (short_name, name, lta_weight)
                VALUES ('ccat', 'Telescope', 0), ('cologne', 'Cologne', 1), ('us', 'Second archive', 1)
                """));
        location(database, folder, "ccat", "telescope_computer", "SOURCE");
        location(database, folder, "ccat", "buffer", "BUFFER");
        location(database, folder, "cologne", "buffer", "BUFFER");
        location(database, folder, "cologne", "lta", "LONG_TERM_ARCHIVE");
        location(database, folder, "cologne", "processing", "PROCESSING");
        location(database, folder, "us", "buffer", "BUFFER");
        location(database, folder, "us", "lta", "LONG_TERM_ARCHIVE");
        database.useHandle(db -> db.execute("""
                WITH i AS (INSERT INTO instrument (site_id, name, telescope)
                           SELECT id, 'camera', 'Telescope' FROM site WHERE short_name = 'ccat' RETURNING id)
                INSERT INTO instrument_module (instrument_id, name) SELECT id, 'm1' FROM i
                """));
    }

    /** Adds a disk location in a folder of its own and makes that folder. */
    public static Path location(Jdbi database, Path folder, String site, String name, String type) throws Exception {
        Path root = Files.createDirectories(folder.resolve(site).resolve(name)).toRealPath();
        database.useHandle(db -> db.createUpdate("""
                        INSERT INTO data_location (site_id, name, location_type, storage_type, root, accept_cached_verification)
                        SELECT id, :name, :type, 'DISK', :root, true FROM site WHERE short_name = :site
                        """)
                .bind("name", name)
                .bind("type", type)
                .bind("root", root.toString())
                .bind("site", site)
                .execute());
        return root;
    }
}
