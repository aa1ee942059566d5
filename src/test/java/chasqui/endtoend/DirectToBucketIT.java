package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.embedded.EmbeddedObjectStore;
import chasqui.embedded.Home;
import chasqui.storage.S3Clients;
import chasqui.testing.TestTransfers;
import chasqui.transfer.Transfer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Single packages from ccat straight into a bucket of cologne, and from there into the disk archive of us. */
class DirectToBucketIT {
    @Test
    void a_package_goes_into_the_bucket_and_is_fetched_from_there_into_the_next_archive(@TempDir Path folder)
            throws Exception {
        try (Home home = Home.open(folder.resolve("home"));
                EmbeddedObjectStore store = EmbeddedObjectStore.start(home);
                S3Clients clients = new S3Clients(home.folders().aws());
                Stages stages = new Stages(folder.resolve("sites"))) {
            store.ensureBucket("archive");
            stages.clients = clients;
            stages.database.execute("UPDATE site SET lta_weight = 0 WHERE short_name = 'us'");
            stages.database.execute("UPDATE data_location l SET active = false FROM site s"
                    + " WHERE s.id = l.site_id AND s.short_name = 'cologne' AND l.name = 'lta'");
            stages.database.execute("""
                    INSERT INTO data_location (site_id, name, location_type, storage_type, bucket, prefix, credential)
                    SELECT id, 'objects', 'LONG_TERM_ARCHIVE', 'S3', 'archive', 'raw/', 'chasqui' FROM site WHERE short_name = 'cologne'
                    """);
            stages.route("ccat", "cologne", "route_type", "'DIRECT'");
            TestTransfers.Buffered one = stages.packages.buffered("ccat", 30_000, 7);
            stages.assemble();

            Transfer sent = stages.send("ccat_buffer");
            assertThat(sent.method()).isEqualTo("s3-upload");
            assertThat(sent.target().encoded()).startsWith("camera/").endsWith("/" + one.name() + ".tar");
            assertThat(stages.copies()).as("not proven").noneMatch(copy -> copy.startsWith("cologne/"));
            stages.archive("cologne_objects", 1);
            Files.move(one.file(), folder.resolve("origin")); // from here on the origin is not needed

            Transfer fetched = stages.send("us_buffer");
            assertThat(fetched.method()).isEqualTo("s3-download");
            stages.archive("us_lta", 1);
            try (Stream<Path> archived = Files.walk(stages.packages.root("us", "lta"))) {
                assertThat(archived.filter(file -> file.endsWith(one.name() + ".tar")))
                        .singleElement()
                        .satisfies(file -> assertThat(file).hasSameBinaryContentAs(folder.resolve("origin")));
            }
            stages.requireAllDone();
            Files.move(folder.resolve("origin"), one.file());
            stages.delete("ccat_buffer");
            assertThat(one.file()).doesNotExist();
        }
    }
}
