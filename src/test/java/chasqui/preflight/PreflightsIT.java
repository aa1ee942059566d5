package chasqui.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.bbcp.BbcpEnd;
import chasqui.bbcp.BbcpOptions;
import chasqui.inspection.LocationFinding;
import chasqui.inspection.NodeReader;
import chasqui.testing.Sshd;
import chasqui.testing.TapeStandIn;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import chasqui.transfer.BbcpPeer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many checks at once: what fails is kept away and comes back by itself, and what hangs holds up nobody. */
class PreflightsIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final String TYPE = "deletion";

    private final TestDatabase database = new TestDatabase();
    private final AtomicInteger changes = new AtomicInteger();
    private final Map<String, List<Check>> checks = new HashMap<>();
    private final CountDownLatch release = new CountDownLatch(1);
    private final Preflights preflights = new Preflights(
            location -> checks.getOrDefault(location.label(), List.of()),
            Duration.ofMillis(50),
            changes::incrementAndGet);

    @TempDir
    private Path folder;

    @BeforeEach
    void a_topology() throws Exception {
        TestTopology.on(database.jdbi(), folder);
    }

    @AfterEach
    void close() {
        release.countDown();
        preflights.close();
        database.close();
    }

    private List<DataLocation> locations() {
        return new Locations(database.jdbi()).refresh().locations();
    }

    private DataLocation location(String label) {
        return locations().stream()
                .filter(location -> location.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    private static Check check(String name, Duration limit, Check.Look look) {
        return new Check(name, name, Finding.EVERYTHING, limit, look);
    }

    private boolean allows(String label) {
        return preflights.allows(location(label), TYPE);
    }

    private List<Finding> findings() {
        return preflights.looked().stream()
                .flatMap(looked -> looked.findings().stream())
                .toList();
    }

    @Test
    void what_hangs_is_kept_away_after_its_limit_and_tried_by_one_thread_only() throws Exception {
        AtomicInteger begun = new AtomicInteger();
        checks.put("cologne/buffer", List.of(check("hangs", SHORT, () -> {
            begun.incrementAndGet();
            awaitUninterruptibly(release);
            return List.of();
        })));
        checks.put("us/buffer", List.of(check("works", LIMIT, List::of)));
        preflights.follow(locations());
        await().atMost(LIMIT).until(() -> allows("us/buffer"));
        assertThat(preflights.await(LIMIT)).isTrue();
        assertThat(allows("cologne/buffer")).isFalse();
        assertThat(findings()).singleElement().satisfies(finding -> assertThat(finding.reason())
                .startsWith("no answer within 0 s: it hangs"));
        for (int round = 0; round < 10; round++) {
            preflights.retryDue();
            preflights.again(location -> location.label().equals("cologne/buffer"));
        }
        assertThat(begun).as("the first one still hangs").hasValue(1);

        release.countDown();
        await().atMost(LIMIT).until(() -> {
            preflights.retryDue();
            return allows("cologne/buffer");
        });
        assertThat(findings()).isEmpty();
    }

    /** As a thread that the kernel holds. */
    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException notHeard) {
                continue;
            }
        }
    }

    @Test
    void a_folder_that_comes_back_is_served_again_and_its_row_goes() throws Exception {
        DataLocation buffer = location("cologne/buffer");
        Files.delete(buffer.root());
        checks.put("cologne/buffer", List.of(check("disk", LIMIT, () -> DiskCheck.look(buffer, location -> false))));
        FindingRows rows = new FindingRows(database.jdbi(), "cologne");
        database.execute("""
                INSERT INTO node (name, boot_id, version, host, process_id, roles, locations)
                VALUES ('cologne', gen_random_uuid(), '1', 'h', 1, '{worker}', '{*/*}')
                """);
        preflights.follow(locations());
        assertThat(preflights.await(LIMIT)).isTrue();
        assertThat(allows("cologne/buffer")).isFalse();
        assertThat(allows("us/buffer")).isTrue();
        rows.write(preflights.looked());
        database.execute("UPDATE preflight_finding SET since = since - interval '1 hour'");
        rows.write(preflights.looked());
        assertThat(database.value("SELECT extract(epoch FROM clock_timestamp() - since) > 3000 FROM preflight_finding"))
                .as("it keeps its time")
                .isEqualTo("t");
        List<LocationFinding> shown =
                new NodeReader(database.jdbi()).read().get(0).findings();
        assertThat(shown).singleElement().satisfies(finding -> {
            assertThat(finding.location()).isEqualTo("cologne/buffer");
            assertThat(finding.reason()).contains("mount it");
        });

        int before = changes.get();
        Files.createDirectory(buffer.root());
        await().atMost(LIMIT).until(() -> {
            preflights.retryDue();
            return allows("cologne/buffer");
        });
        await().atMost(LIMIT).until(() -> changes.get() > before);
        rows.write(preflights.looked());
        assertThat(database.value("SELECT count(*) FROM preflight_finding")).isEqualTo("0");
    }

    @Test
    void a_restarted_node_keeps_the_times_of_what_it_has_not_tried_again_yet() {
        checks.put("cologne/buffer", List.of(check("hangs", LIMIT, () -> {
            awaitUninterruptibly(release);
            return List.of();
        })));
        database.execute("""
                INSERT INTO preflight_finding (node, data_location_id, check_name, stops, reason)
                SELECT 'cologne', l.id, 'hangs', '{*}', 'it hung' FROM data_location l JOIN site s ON s.id = l.site_id
                 WHERE l.name = 'buffer' AND s.short_name IN ('cologne', 'us')
                """);
        preflights.follow(List.of(location("cologne/buffer")));
        new FindingRows(database.jdbi(), "cologne").write(preflights.looked());
        assertThat(database.values("SELECT s.short_name FROM preflight_finding f JOIN data_location l"
                        + " ON l.id = f.data_location_id JOIN site s ON s.id = l.site_id"))
                .as("what it does not reach any more is forgotten")
                .containsExactly("cologne");
    }

    @Test
    void a_failure_that_concerns_one_type_of_work_keeps_away_that_only() throws Exception {
        checks.put(
                "cologne/buffer",
                List.of(
                        new Check("other end", 1, List.of("staging"), LIMIT, () -> {
                            throw new IllegalStateException("cannot be seen");
                        }),
                        new Check("a link", 1, List.of(), LIMIT, () -> {
                            throw new IllegalStateException("is down");
                        })));
        preflights.follow(locations());
        await().atMost(LIMIT).until(() -> findings().size() == 2);
        assertThat(allows("cologne/buffer")).isTrue();
        assertThat(preflights.allows(location("cologne/buffer"), "staging")).isFalse();
    }

    @Test
    void what_a_place_is_made_like_is_not_tried_all_the_time() throws Exception {
        AtomicInteger settled = new AtomicInteger();
        AtomicInteger passing = new AtomicInteger();
        checks.put(
                "cologne/lta",
                List.of(
                        check("keeps all", LIMIT, () -> {
                            settled.incrementAndGet();
                            return List.of(Finding.settled("keeps all", "nothing can be deleted"));
                        }),
                        check("is full", LIMIT, () -> {
                            passing.incrementAndGet();
                            return List.of(Finding.told("is full", "no space left"));
                        })));
        preflights.follow(locations());
        await().atMost(LIMIT).until(() -> {
            preflights.retryDue();
            return passing.get() >= 4;
        });
        assertThat(settled).as("each try may leave an object").hasValue(1);
        preflights.again(location -> true);
        await().atMost(LIMIT).until(() -> settled.get() == 2);
    }

    @Test
    void a_finding_about_another_name_of_our_own_is_the_same_one() throws Exception {
        AtomicInteger tried = new AtomicInteger();
        checks.put("cologne/lta", List.of(check("S3", LIMIT, () -> {
            tried.incrementAndGet();
            return List.of(Finding.told("S3 delete", "cannot delete preflight-" + UUID.randomUUID()));
        })));
        preflights.follow(locations());
        await().atMost(LIMIT).until(() -> {
            preflights.retryDue();
            return tried.get() >= 4;
        });
        assertThat(changes).as("told once").hasValue(1);
        assertThat(findings().get(0).reason()).isEqualTo("cannot delete preflight-…");
    }

    @Test
    void everything_is_tried_again_on_demand_and_a_location_that_changed_by_itself() throws Exception {
        AtomicInteger tried = new AtomicInteger();
        checks.put("cologne/buffer", List.of(check("counts", LIMIT, () -> {
            tried.incrementAndGet();
            return List.of();
        })));
        preflights.follow(locations());
        await().atMost(LIMIT).until(() -> tried.get() == 1);
        preflights.follow(locations());
        preflights.retryDue();
        preflights.again(location -> location.label().equals("cologne/buffer"));
        await().atMost(LIMIT).until(() -> tried.get() == 2);
        database.execute("UPDATE data_location SET root = root || '/7' WHERE name = 'buffer'");
        preflights.follow(locations());
        await().atMost(LIMIT).until(() -> tried.get() == 3);
    }

    @Test
    void an_edit_that_moves_nothing_is_not_tried_and_one_of_the_try_keeps_what_was_known_until_it_ends()
            throws Exception {
        AtomicInteger tries = new AtomicInteger();
        checks.put("us/buffer", List.of(check("works", LIMIT, () -> {
            tries.incrementAndGet();
            return List.of();
        })));
        preflights.follow(locations());
        await().atMost(LIMIT).until(() -> allows("us/buffer"));
        database.execute("UPDATE data_location SET priority = 7, draining_since = now() WHERE name = 'buffer'");
        preflights.follow(locations());
        assertThat(allows("us/buffer")).isTrue();

        checks.put("us/buffer", List.of(new Check("works", "another other end", Finding.EVERYTHING, LIMIT, () -> {
            awaitUninterruptibly(release);
            throw new IllegalStateException("it fails now");
        })));
        preflights.follow(locations());
        assertThat(allows("us/buffer")).as("as before, until that has ended").isTrue();
        assertThat(tries).hasValue(1);
        release.countDown();
        await().atMost(LIMIT).until(() -> !allows("us/buffer"));

        checks.put("us/buffer", List.of(check("works", LIMIT, List::of)));
        preflights.follow(locations());
        await().atMost(LIMIT).until(() -> allows("us/buffer"));
        CountDownLatch moved = new CountDownLatch(1);
        checks.put("us/buffer", List.of(check("works", LIMIT, () -> {
            moved.await();
            return List.of();
        })));
        database.execute("UPDATE data_location SET root = root || '/elsewhere' WHERE name = 'buffer'");
        preflights.follow(locations());
        assertThat(allows("us/buffer")).as("nobody knows what is there").isFalse();
        moved.countDown();
        await().atMost(LIMIT).until(() -> allows("us/buffer"));
    }

    @Test
    void a_database_that_is_away_is_not_charged_to_a_location() throws Exception {
        checks.put("cologne/buffer", List.of(check("asks", LIMIT, () -> {
            throw new IllegalStateException(new java.sql.SQLTransientConnectionException("away"));
        })));
        preflights.follow(locations());
        assertThat(preflights.await(SHORT)).isFalse();
        assertThat(preflights.awaitTries(LIMIT))
                .as("a command does not wait on")
                .isTrue();
        assertThat(findings()).isEmpty();
        assertThat(allows("cologne/buffer")).as("nothing is known yet").isFalse();
    }

    @Test
    void a_tape_library_that_hangs_or_fails_is_kept_away_until_it_answers() throws Exception {
        TapeStandIn tape = new TapeStandIn(folder.resolve("library"));
        tape.replace(database.jdbi(), "cologne", "lta", folder.resolve("recall"), false);
        DataLocation archive = location("cologne/lta");
        checks.put(
                "cologne/lta",
                List.of(check(
                        "tape",
                        LIMIT,
                        () -> TapeCheck.look(archive, TapeStandIn.patient().library(archive)))));
        preflights.follow(List.of(archive));
        assertThat(preflights.await(LIMIT)).isTrue();
        assertThat(findings()).isEmpty();

        Files.delete(folder.resolve("recall"));
        preflights.again(location -> true);
        await().atMost(LIMIT).until(() -> !allows("cologne/lta"));
        assertThat(findings().get(0).reason()).contains(folder.resolve("recall") + ", is not there");
        Files.createDirectory(folder.resolve("recall"));
        await().atMost(LIMIT).until(() -> {
            preflights.retryDue();
            return allows("cologne/lta");
        });
    }

    @Test
    void an_ssh_server_that_is_frozen_is_told_in_time_and_passes_when_it_goes_on() throws Exception {
        try (Sshd sshd = Sshd.start(folder)) {
            DataLocation buffer = location("cologne/buffer");
            List<String> problems = new ArrayList<>();
            BbcpOptions options = BbcpOptions.DEFAULT.with(Map.of("ssh", sshd.ssh(), "remote_command", "sh"), problems);
            assertThat(problems).isEmpty();
            BbcpPeer peer = new BbcpPeer(
                    buffer, new BbcpEnd(Sshd.HOST, null, buffer.root().resolve("x")), options, true);
            checks.put(
                    "ccat/buffer",
                    List.of(new Check(
                            BbcpCheck.name(peer),
                            peer,
                            List.of(),
                            Duration.ofSeconds(10),
                            () -> BbcpCheck.look("sh", peer))));
            checks.put("us/buffer", List.of(check("works", LIMIT, List::of)));
            preflights.follow(locations());
            assertThat(preflights.awaitTries(LIMIT)).isTrue();
            assertThat(findings()).isEmpty();

            sshd.freeze();
            try {
                preflights.again(location -> true);
                await().atMost(LIMIT).until(() -> !findings().isEmpty());
                assertThat(findings().get(0).reason()).startsWith("no answer within 10 s");
                assertThat(allows("ccat/buffer"))
                        .as("other links of this buffer go on")
                        .isTrue();
            } finally {
                sshd.thaw();
            }
            await().atMost(LIMIT).until(() -> {
                preflights.retryDue();
                return findings().isEmpty();
            });

            Files.delete(buffer.root());
            preflights.again(location -> true);
            await().atMost(LIMIT).until(() -> !findings().isEmpty());
            assertThat(findings().get(0).reason()).contains("has no folder " + buffer.root());
        }
    }

    @Test
    void a_missing_bbcp_is_named_before_anybody_is_asked() throws Exception {
        DataLocation buffer = location("cologne/buffer");
        BbcpPeer peer = new BbcpPeer(
                buffer, new BbcpEnd(Sshd.HOST, null, buffer.root().resolve("x")), BbcpOptions.DEFAULT, true);
        checks.put(
                "ccat/buffer",
                List.of(new Check("bbcp", 1, List.of(), LIMIT, () -> BbcpCheck.look("/nowhere/bbcp", peer))));
        preflights.follow(locations());
        await().atMost(LIMIT).until(() -> !findings().isEmpty());
        assertThat(findings().get(0).reason()).contains("/nowhere/bbcp: there is no such program here");
    }
}
