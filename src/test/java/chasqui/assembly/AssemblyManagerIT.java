package chasqui.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.link.LinkPauses;
import chasqui.testing.TestKernel;
import chasqui.testing.TestPackages;
import chasqui.testing.TestTopology;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssemblyManagerIT {
    private static final long LARGE = 1_000_000_000L;
    private AssemblyKit kit;
    private Path folder;

    @BeforeEach
    void open(@TempDir Path temporary) throws Exception {
        folder = temporary;
        kit = new AssemblyKit(temporary);
    }

    @AfterEach
    void close() {
        kit.close();
    }

    private List<String> primaries() {
        return kit.database.values("""
                SELECT s.short_name FROM data_transfer_package d JOIN site s ON s.id = d.primary_site_id ORDER BY d.id
                """);
    }

    @Test
    void packages_wait_for_a_full_bundle_or_their_time() throws Exception {
        TestPackages.Packed first = kit.packed("first");
        kit.packed("second");
        assertThat(kit.manager(LARGE).findWork()).isZero();
        assertThat(kit.manager(first.digest().sizeBytes() * 2).findWork()).isEqualTo(1);
        assertThat(kit.database.value("SELECT package_count || ' ' || status FROM data_transfer_package"))
                .isEqualTo("2 PENDING");
        assertThat(kit.database.value("SELECT name FROM data_transfer_package")).matches("dtp-ccat-[0-9a-f]{12}");
        kit.packed("third");
        assertThat(kit.manager(LARGE).findWork()).isZero();
        kit.age();
        assertThat(kit.manager(LARGE).findWork()).isEqualTo(1);
        assertThat(kit.manager(LARGE).findWork()).isZero();
        assertThat(kit.database.values("SELECT queue FROM operation"))
                .containsOnly(AssemblyKit.QUEUE)
                .hasSize(2);
    }

    @Test
    void each_instrument_travels_by_itself() {
        kit.database.execute("""
                WITH i AS (INSERT INTO instrument (site_id, name) SELECT site_id, 'spectrometer' FROM instrument RETURNING id)
                INSERT INTO instrument_module (instrument_id, name) SELECT id, 'm1' FROM i
                """);
        kit.rows(3);
        assertThat(kit.manager(LARGE).findWork()).isEqualTo(2);
        assertThat(kit.database.values("""
                SELECT i.name || ' ' || d.package_count || ' ' || count(DISTINCT m.instrument_id) || ' ' || bool_and(m.instrument_id = i.id)
                  FROM data_transfer_package d JOIN instrument i ON i.id = d.instrument_id
                  JOIN raw_data_package p ON p.data_transfer_package_id = d.id
                  JOIN instrument_module m ON m.id = p.instrument_module_id
                 GROUP BY i.name, d.id ORDER BY i.name
                """)).containsExactly("camera 3 1 true", "spectrometer 3 1 true");
    }

    @Test
    void what_is_urgent_is_bundled_at_once_and_by_itself() throws Exception {
        kit.packed("ordinary");
        kit.packed("urgent");
        kit.database.execute("""
                UPDATE raw_data_package SET priority = 50
                 WHERE executed_observation_unit_id = (SELECT id FROM executed_observation_unit WHERE name = 'urgent')
                """);
        assertThat(kit.manager(LARGE).findWork()).isEqualTo(1);
        assertThat(kit.database.value("""
                SELECT d.priority || ' ' || d.package_count || ' ' || o.priority
                  FROM data_transfer_package d JOIN operation o ON o.data_transfer_package_id = d.id
                """)).isEqualTo("50 1 50");
    }

    @Test
    void the_copies_to_be_read_are_protected_from_then_on() throws Exception {
        TestPackages.Packed one = kit.packed("one");
        kit.age();
        kit.manager(LARGE).findWork();
        assertThat(kit.database.values(
                        "SELECT physical_copy_id FROM copy_use WHERE data_transfer_package_id IS NOT NULL"))
                .containsExactly(Long.toString(one.bufferCopy()));
    }

    @Test
    void archive_sites_take_turns_by_their_weights() {
        kit.database.execute("UPDATE site SET lta_weight = 2 WHERE short_name = 'cologne'");
        for (int i = 0; i < 6; i++) {
            kit.rows(1);
            kit.manager(LARGE).findWork();
        }
        assertThat(primaries()).containsExactly("cologne", "us", "cologne", "cologne", "us", "cologne");
    }

    @Test
    void bundles_of_one_round_take_turns_too() {
        kit.rows(4);
        assertThat(kit.manager(100).findWork()).isEqualTo(4);
        assertThat(primaries()).containsExactly("cologne", "us", "cologne", "us");
    }

    @Test
    void what_goes_by_itself_counts_as_work_found_so_that_the_next_round_follows_at_once() {
        kit.database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, route_type)
                SELECT o.id, d.id, 'DIRECT' FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name <> 'ccat'
                """);
        kit.rows(3);
        assertThat(kit.manager(LARGE).findWork()).isEqualTo(3);
        assertThat(kit.manager(LARGE).findWork()).isZero();
    }

    @Test
    void a_site_of_weight_zero_or_behind_a_forbidden_route_is_never_primary() {
        kit.database.execute("UPDATE site SET lta_weight = 0 WHERE short_name = 'cologne'");
        kit.rows(2);
        kit.manager(100).findWork();
        assertThat(primaries()).containsExactly("us", "us");
        kit.database.execute("UPDATE site SET lta_weight = 1");
        kit.database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, forbidden)
                SELECT o.id, d.id, true FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'us'
                """);
        kit.rows(2);
        kit.manager(100).findWork();
        assertThat(primaries()).containsExactly("us", "us", "cologne", "cologne");
    }

    @Test
    void a_site_that_is_not_reached_now_is_left_out_as_long_as_another_is() {
        kit.database.execute("""
                INSERT INTO link (origin_site_id, destination_site_id, consecutive_failures, failure, unhealthy_since, probe_at)
                SELECT o.id, d.id, 3, 'no route to host', clock_timestamp(), clock_timestamp()
                  FROM site o, site d WHERE o.short_name = 'ccat' AND d.short_name = 'cologne'
                """);
        kit.rows(3);
        kit.manager(100).findWork();
        assertThat(primaries()).containsExactly("us", "us", "us");
        new LinkPauses(kit.database.jdbi()).pause("ccat", "us", "maria", "why");
        kit.rows(2);
        kit.manager(100).findWork();
        assertThat(primaries()).as("none is reached: as if all were").endsWith("cologne", "us");
    }

    @Test
    void packages_wait_where_there_is_nowhere_to_go() {
        kit.rows(1);
        kit.database.execute("UPDATE data_location SET active = false WHERE location_type = 'LONG_TERM_ARCHIVE'");
        assertThat(kit.manager(LARGE).findWork()).isZero();
        kit.database.execute("UPDATE data_location SET active = true");
        kit.database.execute("UPDATE site SET lta_weight = 0");
        assertThat(kit.manager(LARGE).findWork()).isZero();
        kit.database.execute("UPDATE site SET lta_weight = 1");
        assertThat(kit.manager(LARGE).findWork()).isEqualTo(1);
    }

    @Test
    void a_site_that_drains_or_whose_archives_do_gets_nothing_more_and_one_whose_buffer_does_is_waited_for() {
        for (String drains :
                List.of("site WHERE short_name = 'us'", "data_location WHERE name = 'lta' AND site_id = 3")) {
            String table = drains.substring(0, drains.indexOf(' '));
            String which = drains.substring(drains.indexOf(' '));
            kit.database.execute("UPDATE " + table + " SET draining_since = clock_timestamp()" + which);
            kit.rows(2);
            kit.manager(100).findWork();
            assertThat(primaries()).containsOnly("cologne");
            kit.database.execute("UPDATE " + table + " SET draining_since = NULL");
        }
        kit.database.execute("UPDATE data_location SET draining_since = clock_timestamp()"
                + " WHERE location_type = 'BUFFER' AND site_id = 3");
        kit.rows(2);
        kit.manager(100).findWork();
        assertThat(primaries())
                .as("no package misses an archive because a buffer drains for an hour")
                .contains("us");
    }

    @Test
    void packages_at_a_buffer_that_drains_do_not_wait_for_more() throws Exception {
        kit.packed("first");
        assertThat(kit.manager(LARGE).findWork()).isZero();
        kit.database.execute(
                "UPDATE data_location SET draining_since = clock_timestamp() WHERE name = 'buffer' AND site_id = 1");
        assertThat(kit.manager(LARGE).findWork()).isEqualTo(1);
    }

    @Test
    void a_site_that_is_an_archive_itself_sends_to_the_others_only() throws Exception {
        TestTopology.location(kit.database.jdbi(), folder, "ccat", "lta", "LONG_TERM_ARCHIVE");
        kit.database.execute("UPDATE site SET lta_weight = 1");
        kit.rows(4);
        kit.database.execute(
                "UPDATE raw_data_package SET state = 'ARCHIVED', archived_at = clock_timestamp() WHERE id % 2 = 0");
        assertThat(kit.manager(100).findWork()).isEqualTo(4);
        assertThat(primaries()).containsExactly("cologne", "us", "cologne", "us");
    }

    @Test
    void packages_without_a_present_copy_at_an_active_buffer_wait() {
        kit.rows(2);
        kit.database.execute("UPDATE physical_copy SET state = 'SUSPECT'");
        assertThat(kit.manager(LARGE).findWork()).isZero();
        kit.database.execute("UPDATE physical_copy SET state = 'PRESENT'");
        kit.database.execute("UPDATE data_location SET active = false WHERE location_type = 'BUFFER' AND site_id = 1");
        assertThat(kit.manager(LARGE).findWork()).isZero();
    }

    @Test
    void the_number_of_statements_does_not_follow_the_number_of_packages() {
        // The first round reads the topology, the others ask whether it has changed.
        assertThat(kit.manager(1000).findWork()).isZero();
        kit.rows(10);
        int few = TestKernel.statements(
                kit.database.jdbi(),
                () -> assertThat(kit.manager(1000).findWork()).isEqualTo(1));
        kit.rows(3_000);
        int many = TestKernel.statements(
                kit.database.jdbi(),
                () -> assertThat(kit.manager(1000).findWork()).isEqualTo(300));
        assertThat(many).isEqualTo(few).isLessThanOrEqualTo(12);
    }

    @Test
    void two_managers_at_once_bundle_nothing_twice_and_keep_the_turns() throws Exception {
        ExecutorService two = Executors.newFixedThreadPool(2);
        CyclicBarrier together = new CyclicBarrier(2);
        int found = 0;
        try {
            for (int round = 0; round < 10; round++) {
                kit.rows(3);
                Future<Integer> first = two.submit(() -> {
                    together.await();
                    return kit.manager(100).findWork();
                });
                Future<Integer> second = two.submit(() -> {
                    together.await();
                    return kit.manager(100).findWork();
                });
                found += first.get() + second.get();
            }
        } finally {
            two.shutdownNow();
        }
        assertThat(found).isEqualTo(30);
        assertThat(kit.database.value("SELECT count(DISTINCT data_transfer_package_id) FROM raw_data_package"))
                .isEqualTo("30");
        assertThat(kit.database.value("SELECT count(*) FROM copy_use")).isEqualTo("30");
        List<String> primaries = primaries();
        for (int i = 0; i < primaries.size(); i++) {
            assertThat(primaries.get(i)).isEqualTo(i % 2 == 0 ? "cologne" : "us");
        }
    }
}
