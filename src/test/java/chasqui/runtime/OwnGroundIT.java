package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import chasqui.topology.TopologyUpdate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which folders a start makes. */
class OwnGroundIT {
    @TempDir
    private Path folder;

    @Test
    void a_folder_is_made_where_nothing_is_registered_and_never_in_the_place_of_one_that_was_moved_away()
            throws Exception {
        Path sites = folder.resolve("home/sites");
        Settings settings = SettingsReader.read(
                null, Map.of(), Map.of("chasqui.home", folder.resolve("home").toString()));
        try (Foundation foundation = Foundation.open(settings)) {
            new TopologyUpdate(foundation.database().jdbi(), Surrounding.of(foundation.home(), settings))
                    .apply(Path.of("deploy/topology/three-sites.yaml"), "test");
            OwnGround.prepare(foundation);
            assertThat(sites.resolve("us/lta")).isDirectory();
            foundation.database().jdbi().useHandle(OwnGroundIT::registerAPackageInTheArchive);
            Files.delete(sites.resolve("us/lta"));
            Files.delete(sites.resolve("us/buffer"));
            Files.delete(sites.resolve("cologne/processing"));
            Files.writeString(
                    sites.resolve("cologne/processing"), "a file in its place keeps no other from being made");
            OwnGround.prepare(foundation);
            assertThat(sites.resolve("us/lta")).doesNotExist();
            assertThat(sites.resolve("us/buffer")).isDirectory();
        }
    }

    private static void registerAPackageInTheArchive(Handle db) {
        db.execute("""
                WITH o AS (INSERT INTO executed_observation_unit (instrument_id, name)
                           SELECT id, 'night' FROM instrument WHERE name = 'prime-cam' RETURNING id),
                     p AS (INSERT INTO raw_data_package (name, executed_observation_unit_id, instrument_module_id,
                                   source_location_id, buffer_location_id, file_count, content_bytes)
                           SELECT 'rdp-one', o.id, m.id, source.id, buffer.id, 1, 1
                             FROM o, data_location source, data_location buffer, instrument_module m
                            WHERE m.name = 'eor-spec' AND source.name = 'telescope_computer'
                              AND buffer.root LIKE '%/ccat/buffer'
                           RETURNING id)
                INSERT INTO physical_copy (raw_data_package_id, data_location_id, path, size_bytes, checksum)
                SELECT p.id, l.id, 'rdp-one.tar', 1, 'xxh64:0123456789abcdef'
                  FROM p, data_location l WHERE l.root LIKE '%/us/lta'
                """);
    }
}
