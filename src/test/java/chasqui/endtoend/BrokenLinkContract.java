package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.testing.Installation;
import chasqui.testing.OpenFiles;
import chasqui.testing.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Two sites, a process and a host for each, and what happens to the link between them in the middle of a transfer. */
abstract class BrokenLinkContract {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String THERE = "127.0.0.4";
    /** At the rate of the link, long enough to be caught on the way. */
    private static final int LARGE = 24 << 20;

    private static final String TOPOLOGY = """
            observatory: far
            telescope: far
            sites:
              - short_name: ccat
                locations:
                  - { name: camera_computer, type: SOURCE, storage: DISK, root: "{sites}/ccat/camera_computer" }
                  - { name: buffer, type: BUFFER, storage: DISK, host: 127.0.0.2, user: "{user}", root: "{sites}/ccat/buffer" }
                instruments:
                  - { name: camera, modules: [camera] }
              - short_name: cologne
                locations:
                  - { name: buffer, type: BUFFER, storage: DISK, host: 127.0.0.4, user: "{user}", root: "{sites}/cologne/buffer" }
                  - { name: lta, type: LONG_TERM_ARCHIVE, storage: DISK, host: 127.0.0.4, root: "{sites}/cologne/lta", accept_cached_verification: true }
            transfer_routes:
              - { from: ccat, to: cologne, rate_limit: 4MB/s, concurrency: 1 }
            """;

    @RegisterExtension
    final Installation installation = new Installation();

    private FarSites sites;
    private ServiceProcess cologne;

    /** @param folder for what it needs */
    abstract Path program(Path folder) throws Exception;

    @BeforeEach
    void two_sites(@TempDir Path folder) throws Exception {
        Path bbcp = program(Files.createDirectory(folder.resolve("program")));
        sites = new FarSites(folder.resolve("far"), installation)
                .reachedBySsh(bbcp, THERE)
                .installed(Map.of(
                        "chasqui.transfer.unhealthy-after", "2",
                        "chasqui.transfer.incoming-age", "1s",
                        "chasqui.lease.duration", "8s",
                        "chasqui.lease.renew", "2s"))
                .topology(TOPOLOGY);
        cologne = installation.start("cologne", "manager,worker,monitor", "cologne/*");
    }

    @AfterEach
    void close() throws Exception {
        if (sites != null) {
            sites.close();
        }
    }

    /** Waits until bytes of a package lie at the other end, but not all of them. */
    private void awaitOnTheWay() {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(50)).until(() -> {
            long there = arrivedBytes();
            return there > 1 << 20 && there < LARGE;
        });
    }

    private long arrivedBytes() throws IOException {
        Path incoming = sites.root("cologne/buffer/.chasqui/incoming");
        if (!Files.isDirectory(incoming)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(incoming)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private void endsComplete() throws Exception {
        sites.awaitThrough();
        OpenedArchives.requireAll(sites, null);
        sites.theLedgerBalances();
        assertThat(sites.database.value("SELECT max(attempt) FROM operation_history"))
                .as("it was nobody's fault but the link's or the machine's")
                .isEqualTo("0");
    }

    @Test
    void a_sender_that_is_killed_takes_its_work_back_when_it_starts_again() throws Exception {
        ServiceProcess chile = installation.start("chile", "manager,worker", "ccat/*");
        installation.awaitHealthy();
        sites.observe("camera_computer", "camera", "night", LARGE, 5);
        awaitOnTheWay();
        chile.kill();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(OpenFiles.openers(sites.root("ccat/buffer")))
                .as("nobody goes on with a dead man's work")
                .isEmpty());
        assertThat(arrivedBytes()).as("nor has anybody finished it").isLessThan(LARGE);
        chile.start().awaitHealthy();
        endsComplete();
        assertThat(chile.log()).contains("of an earlier incarnation of chile are back in their queues");
    }

    @Test
    void the_work_of_a_sender_that_is_killed_for_good_is_done_by_another_node_of_its_site() throws Exception {
        ServiceProcess chile = installation.start("chile", "manager,worker", "ccat/*");
        installation.awaitHealthy();
        sites.observe("camera_computer", "camera", "night", LARGE, 5);
        awaitOnTheWay();
        installation.start("spare", "worker", "ccat/*");
        chile.kill();
        endsComplete();
    }

    @Test
    void a_host_that_is_away_for_a_while_costs_no_attempt_and_no_hand() throws Exception {
        installation.start("chile", "manager,worker", "ccat/*");
        installation.awaitHealthy();
        sites.observe("camera_computer", "camera", "night", LARGE, 5);
        awaitOnTheWay();
        sites.host(THERE).stop();
        await().atMost(LIMIT).until(() -> sites.database
                .value("SELECT count(*) FROM link WHERE unhealthy_since < clock_timestamp() - interval '20 s'")
                .equals("1"));
        assertThat(installation.run("link", "list").out()).contains("Connection refused");
        assertThat(sites.host(THERE).listen()).isTrue();
        sites.awaitThrough();
        // Whoever wrote there died with the host, and half a file stayed: the next look at old arrivals removes it.
        cologne.terminate();
        cologne.start();
        await().atMost(LIMIT).until(() -> arrivedBytes() == 0);
        endsComplete();
    }

    @Test
    void a_paused_link_ends_what_is_under_way_and_begins_nothing_until_it_is_resumed() throws Exception {
        installation.start("chile", "manager,worker", "ccat/*");
        installation.awaitHealthy();
        sites.observe("camera_computer", "camera", "first", LARGE, 5);
        awaitOnTheWay();
        installation.run("link", "pause", "ccat", "cologne", "--reason", "the dish is moved");
        sites.observe("camera_computer", "camera", "second", 1000, 5);
        await().atMost(LIMIT).until(() -> sites.database
                .values("SELECT count(sent_at) || ' of ' || count(*) FROM data_transfer")
                .contains("1 of 2"));
        assertThat(installation.run("link", "list").out()).contains("the dish is moved");
        await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(20)).until(() -> sites.database
                .value("SELECT count(*) FROM data_transfer WHERE sent_at IS NULL")
                .equals("1"));
        installation.run("link", "resume", "ccat", "cologne");
        endsComplete();
    }
}
