package chasqui.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.Lease;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StallLimit;
import chasqui.testing.TestClock;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import chasqui.testing.TestTransfers;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import chasqui.transfer.TransferEffects;
import chasqui.transfer.TransferManager;
import chasqui.transfer.TransferSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncomingSweepIT {
    private final TestDatabase database = new TestDatabase();
    private final TestClock clock = new TestClock();
    private final IncomingSweep sweep = new IncomingSweep(database.jdbi(), Duration.ofDays(1), clock);
    private DataLocation buffer;
    private Path incoming;
    private String transfer;

    @TempDir
    private Path folder;

    @BeforeEach
    void a_transfer() throws Exception {
        TestTopology.on(database.jdbi(), folder);
        TestTransfers packages = new TestTransfers(database.jdbi());
        transfer = packages.assembled(List.of(packages.buffered("ccat", 100)), "cologne")
                .transfers()
                .get(0)
                .toString();
        buffer = new Locations(database.jdbi())
                .refresh().locations().stream()
                        .filter(location -> location.label().equals("cologne/buffer"))
                        .findFirst()
                        .orElseThrow();
        incoming = Files.createDirectories(buffer.root().resolve(".chasqui/incoming"));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Path arrived(String name, Duration ago) throws Exception {
        Path file = Files.writeString(incoming.resolve(name), "bytes");
        return Files.setLastModifiedTime(file, FileTime.from(clock.instant().minus(ago)));
    }

    private Path old(String name) throws Exception {
        return arrived(name, Duration.ofHours(25));
    }

    @Test
    void what_no_transfer_waits_for_is_removed() throws Exception {
        Path unknown = old("dtp-ccat-1-999999-1");
        Path deadAttempt = old("dtp-ccat-1-" + transfer + "-1-t0badcafe");
        assertThat(sweep.sweep(buffer)).isEqualTo(2);
        assertThat(unknown).doesNotExist();
        assertThat(deadAttempt).doesNotExist();

        Path mine = old("dtp-ccat-1-" + transfer + "-1");
        assertThat(sweep.sweep(buffer)).isZero();
        database.execute("UPDATE data_transfer SET status = 'COMPLETED'");
        assertThat(sweep.sweep(buffer)).isEqualTo(1);
        assertThat(mine).doesNotExist();
    }

    @Test
    void what_was_sent_and_waits_to_be_proven_stays_however_long_that_takes() throws Exception {
        Path sent = old("dtp-ccat-1-" + transfer + "-1-t0badcafe");
        Path earlier = old("dtp-ccat-1-" + transfer + "-1-t12345678");
        database.execute(
                "UPDATE data_transfer SET sent_at = clock_timestamp(), incoming_name = '" + sent.getFileName() + "'");
        assertThat(sweep.sweep(buffer)).isEqualTo(1);
        assertThat(sent).exists();
        assertThat(earlier).doesNotExist();
    }

    @Test
    void what_is_being_sent_stays() throws Exception {
        OperationStore operations = TestKernel.of(database.jdbi(), new TransferEffects());
        new TransferManager(
                        database.jdbi(),
                        new Locations(database.jdbi()),
                        new TransferSettings("cp", new StallLimit(Duration.ofMinutes(1))))
                .findWork();
        Lease lease = operations.claim("ccat_buffer_data_transfer").orElseThrow();
        Path now =
                old("dtp-ccat-1-" + transfer + "-1-t" + lease.token().toString().substring(0, 8));
        assertThat(sweep.sweep(buffer)).isZero();
        assertThat(now).exists();
        operations.giveBack(lease, "over");
        assertThat(sweep.sweep(buffer)).isEqualTo(1);
    }

    @Test
    void what_was_written_to_lately_and_what_we_did_not_name_stays() throws Exception {
        Path young = arrived("dtp-ccat-1-999999-1", Duration.ofHours(23));
        Path foreign = old("README");
        Path folderOfSomeone = Files.createDirectory(incoming.resolve("dtp-ccat-1-999999-2"));
        Files.setLastModifiedTime(folderOfSomeone, FileTime.from(Instant.EPOCH));
        assertThat(sweep.sweep(buffer)).isZero();
        assertThat(young).exists();
        assertThat(foreign).exists();
        assertThat(folderOfSomeone).exists();
    }

    @Test
    void a_clock_that_is_years_ahead_or_behind_costs_nothing_that_is_waited_for() throws Exception {
        Path awaited = arrived("dtp-ccat-1-" + transfer + "-1", Duration.ofDays(3000));
        Path ofTheFuture = arrived("dtp-ccat-1-999999-1", Duration.ofDays(-3000));
        assertThat(sweep.sweep(buffer)).isZero();
        assertThat(awaited).exists();
        assertThat(ofTheFuture).exists();
        clock.advance(Duration.ofDays(3002));
        assertThat(sweep.sweep(buffer)).isEqualTo(1);
        assertThat(awaited).exists();
        assertThat(ofTheFuture).doesNotExist();
    }

    @Test
    void a_buffer_without_arrivals_or_without_its_disk_is_left_as_it_is() throws Exception {
        Files.delete(incoming);
        assertThat(sweep.sweep(buffer)).isZero();
        Files.delete(buffer.root().resolve(".chasqui"));
        Files.delete(buffer.root());
        assertThat(sweep.sweep(buffer)).isZero();
        assertThat(buffer.root()).doesNotExist();
    }

    @Test
    void a_folder_that_leads_elsewhere_is_not_followed() throws Exception {
        Files.delete(incoming);
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Path theirs = Files.writeString(elsewhere.resolve("dtp-ccat-1-999999-1"), "theirs");
        Files.setLastModifiedTime(theirs, FileTime.from(Instant.EPOCH));
        Files.createSymbolicLink(incoming, elsewhere);
        assertThatThrownBy(() -> sweep.sweep(buffer)).hasMessageContaining("symbolic link");
        assertThat(theirs).exists();
    }
}
