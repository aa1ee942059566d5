package chasqui.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.TestKernel;
import chasqui.testing.TestTopology;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackagingManagerIT {
    private static final long CAP = 50_000_000_000L;
    private PackagingKit kit;
    private Path folder;

    @BeforeEach
    void open(@TempDir Path temporary) throws Exception {
        folder = temporary;
        kit = new PackagingKit(temporary);
    }

    @AfterEach
    void close() {
        kit.close();
    }

    private String packages() {
        return String.join("; ", kit.database.values("""
                SELECT string_agg(f.path, ',' ORDER BY f.path) FROM raw_data_package p
                  JOIN raw_data_file f ON f.raw_data_package_id = p.id GROUP BY p.id ORDER BY p.id
                """));
    }

    /** Files that nobody reads: rows only. */
    private void rows(String observation, int count, long size) {
        kit.database.execute("""
                WITH unit AS (INSERT INTO executed_observation_unit (instrument_id, name, finished_at)
                              SELECT id, '%s', clock_timestamp() + interval '1 hour' FROM instrument RETURNING id, instrument_id)
                INSERT INTO raw_data_file (uuid, executed_observation_unit_id, instrument_module_id, source_location_id, path,
                       readable_path, size_bytes, modified_at, modified_nanos, file_key, xxh64, sha256)
                SELECT gen_random_uuid(), unit.id, m.id, l.id, '%s/' || n, n, %d, now(), 0, '1:1',
                       'xxh64:0000000000000000', 'sha256:' || repeat('0', 64)
                  FROM unit JOIN instrument_module m USING (instrument_id)
                  JOIN data_location l ON l.location_type = 'SOURCE' AND l.name = 'telescope_computer'
                 CROSS JOIN generate_series(1, %d) n
                """.formatted(observation, observation, size, count));
    }

    @Test
    void files_of_a_finished_observation_are_due_at_once() throws Exception {
        kit.write("a", "one");
        kit.write("b", "two");
        kit.file("night 1", true);
        assertThat(kit.manager(CAP).findWork()).isEqualTo(1);
        assertThat(packages()).isEqualTo("a,b");
        assertThat(
                        kit.database.value(
                                "SELECT file_count || ' ' || content_bytes || ' ' || status || ' ' || state FROM raw_data_package"))
                .isEqualTo("2 6 PENDING WAITING");
        assertThat(kit.database.value("SELECT name FROM raw_data_package")).matches("rdp-camera-night-1-[0-9a-f]{12}");
        assertThat(kit.database.value("SELECT queue || ' ' || max_attempts FROM operation"))
                .isEqualTo(PackagingKit.QUEUE + " 3");
        assertThat(kit.manager(CAP).findWork()).isZero();
    }

    @Test
    void an_unfinished_observation_waits_until_it_is_quiet() throws Exception {
        kit.write("a", "one");
        kit.file("obs", false);
        assertThat(kit.manager(CAP).findWork()).isZero();
        kit.age("a", Duration.ofMinutes(6));
        assertThat(kit.manager(CAP).findWork()).isEqualTo(1);
    }

    @Test
    void a_busy_observation_is_due_when_its_oldest_file_waits_too_long() throws Exception {
        kit.write("a", "one");
        kit.write("b", "two");
        kit.file("obs", false);
        kit.age("a", Duration.ofMinutes(29));
        assertThat(kit.manager(CAP).findWork()).isZero();
        kit.age("a", Duration.ofMinutes(2));
        assertThat(kit.manager(CAP).findWork()).isEqualTo(1);
        assertThat(packages()).isEqualTo("a,b");
    }

    @Test
    void a_group_that_reaches_the_cap_gives_full_packages_and_keeps_the_rest_waiting() throws Exception {
        kit.write("a", "x".repeat(60));
        kit.write("b", "x".repeat(60));
        kit.write("c", "x".repeat(60));
        kit.file("obs", false);
        assertThat(kit.manager(100).findWork()).isEqualTo(2);
        assertThat(packages()).isEqualTo("a; b");
        assertThat(kit.manager(100).findWork()).isZero();
        kit.file("obs", true);
        assertThat(kit.manager(100).findWork()).isEqualTo(1);
        assertThat(packages()).isEqualTo("a; b; c");
    }

    @Test
    void files_that_come_after_the_end_wait_and_make_a_further_package() throws Exception {
        kit.write("a", "one");
        kit.file("obs", true);
        kit.manager(CAP).findWork();
        kit.write("b", "two");
        kit.file("obs", false);
        assertThat(kit.manager(CAP).findWork()).isZero();
        kit.age("b", Duration.ofMinutes(6));
        assertThat(kit.manager(CAP).findWork()).isEqualTo(1);
        assertThat(packages()).isEqualTo("a; b");
    }

    @Test
    void observations_and_modules_are_packed_apart() throws Exception {
        kit.write("a", "one");
        kit.file("first", true);
        kit.database.execute("UPDATE raw_data_file SET path = 'moved'");
        kit.database.execute("UPDATE physical_copy SET path = 'moved'");
        kit.file("second", true);
        kit.database.execute("INSERT INTO instrument_module (instrument_id, name) SELECT id, 'm2' FROM instrument");
        kit.database.execute("""
                UPDATE raw_data_file SET instrument_module_id = (SELECT id FROM instrument_module WHERE name = 'm2')
                 WHERE path = 'moved'
                """);
        assertThat(kit.manager(CAP).findWork()).isEqualTo(2);
        assertThat(packages()).isEqualTo("moved; a");
    }

    @Test
    void the_buffer_is_the_sites_first_active_one() throws Exception {
        TestTopology.location(kit.database.jdbi(), folder, "ccat", "a_second_buffer", "BUFFER");
        kit.database.execute("UPDATE data_location SET priority = 200 WHERE name = 'a_second_buffer'");
        kit.write("a", "one");
        kit.file("first", true);
        kit.manager(CAP).findWork();
        kit.database.execute("UPDATE data_location SET active = false WHERE name = 'buffer' AND site_id = 1");
        kit.write("b", "two");
        kit.file("first", true);
        kit.manager(CAP).findWork();
        assertThat(
                        kit.database.values(
                                "SELECT l.name FROM raw_data_package p JOIN data_location l ON l.id = p.buffer_location_id ORDER BY p.id"))
                .containsExactly("buffer", "a_second_buffer");
    }

    @Test
    void a_buffer_that_drains_is_passed_by_and_without_another_files_wait() throws Exception {
        kit.write("a", "one");
        kit.file("obs", true);
        kit.database.execute(
                "UPDATE data_location SET draining_since = clock_timestamp() WHERE name = 'buffer' AND site_id = 1");
        assertThat(kit.manager(CAP).findWork()).isZero();
        TestTopology.location(kit.database.jdbi(), folder, "ccat", "second", "BUFFER");
        assertThat(kit.manager(CAP).findWork()).isEqualTo(1);
        assertThat(kit.database.value(
                        "SELECT l.name FROM raw_data_package p JOIN data_location l ON l.id = p.buffer_location_id"))
                .isEqualTo("second");
    }

    @Test
    void a_site_without_an_active_buffer_or_source_waits() throws Exception {
        kit.write("a", "one");
        kit.file("obs", true);
        kit.database.execute("UPDATE data_location SET active = false WHERE name = 'buffer'");
        assertThat(kit.manager(CAP).findWork()).isZero();
        kit.database.execute("UPDATE data_location SET active = location_type <> 'SOURCE'");
        assertThat(kit.manager(CAP).findWork()).isZero();
        kit.database.execute("UPDATE data_location SET active = true");
        assertThat(kit.manager(CAP).findWork()).isEqualTo(1);
    }

    @Test
    void refused_files_are_not_packed() throws Exception {
        kit.write("a", "one");
        kit.file("obs", true);
        kit.database.execute("UPDATE raw_data_file SET problem = 'changed'");
        assertThat(kit.manager(CAP).findWork()).isZero();
    }

    @Test
    void the_number_of_statements_does_not_follow_the_number_of_files() {
        rows("few", 10, 1000);
        int few = TestKernel.statements(
                kit.database.jdbi(),
                () -> assertThat(kit.manager(100_000).findWork()).isEqualTo(1));
        rows("many", 5_000, 1000);
        int many = TestKernel.statements(
                kit.database.jdbi(),
                () -> assertThat(kit.manager(100_000).findWork()).isEqualTo(50));
        assertThat(many).isEqualTo(few).isLessThanOrEqualTo(6);
    }

    @Test
    void a_backlog_beyond_one_round_is_worked_off_without_small_packages() {
        rows("first", 30_000, 1);
        rows("second", 30_000, 1);
        assertThat(kit.manager(CAP).findWork()).isEqualTo(1);
        assertThat(kit.manager(CAP).findWork()).isEqualTo(1);
        assertThat(kit.database.values("SELECT file_count FROM raw_data_package"))
                .containsExactly("30000", "30000");
        assertThat(kit.database.value("SELECT count(*) FROM raw_data_file WHERE raw_data_package_id IS NULL"))
                .isEqualTo("0");
    }

    @Test
    void two_managers_at_once_put_no_file_into_two_packages() throws Exception {
        for (int i = 0; i < 20; i++) {
            rows("obs" + i, 50, 10);
        }
        ExecutorService two = Executors.newFixedThreadPool(2);
        CyclicBarrier together = new CyclicBarrier(2);
        try {
            Future<Integer> first = two.submit(() -> {
                together.await();
                return kit.manager(CAP).findWork();
            });
            Future<Integer> second = two.submit(() -> {
                together.await();
                return kit.manager(CAP).findWork();
            });
            int found = first.get() + second.get() + kit.manager(CAP).findWork();
            assertThat(found).isEqualTo(20);
        } finally {
            two.shutdownNow();
        }
        assertThat(kit.database.value("SELECT count(*) FROM operation")).isEqualTo("20");
        assertThat(kit.database.value("SELECT sum(file_count) FROM raw_data_package"))
                .isEqualTo("1000");
        assertThat(kit.database.value("""
                SELECT count(*) FROM raw_data_package p
                 WHERE file_count <> (SELECT count(*) FROM raw_data_file f WHERE f.raw_data_package_id = p.id)
                """)).isEqualTo("0");
    }
}
