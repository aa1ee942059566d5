package chasqui.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.Backoff;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinkIT {
    private final TestDatabase database = new TestDatabase();
    private final LinkPauses pauses = new LinkPauses(database.jdbi());
    private final LinkSettings settings =
            new LinkSettings(2, 3, new Backoff(Duration.ofHours(1), Duration.ofHours(4)), Duration.ofHours(1));
    private final LinkHealth health = new LinkHealth(settings);
    private Link link;

    @BeforeEach
    void a_topology(@TempDir Path folder) throws Exception {
        TestTopology.on(database.jdbi(), folder);
        link = new Link(site("ccat"), site("cologne"));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private long site(String name) {
        return Long.parseLong(database.value("SELECT id FROM site WHERE short_name = '" + name + "'"));
    }

    private LinkState now() {
        return database.jdbi().withHandle(db -> Links.now(db, link).orElseThrow());
    }

    private void fail(String why) {
        database.jdbi().useTransaction(tx -> health.failed(tx, link, why));
    }

    private void route(int priority, String windows, String more) {
        database.execute("""
                INSERT INTO transfer_route (origin_site_id, destination_site_id, priority, time_windows, %s)
                VALUES (%d, %d, %d, %s)
                """.formatted(
                        more.split("=")[0],
                        link.originSiteId(),
                        link.destinationSiteId(),
                        priority,
                        windows + ", " + more.split("=")[1]));
    }

    @ParameterizedTest
    @CsvSource({
        "'', 12:00, 12:00",
        "10:00-14:00, 12:00, 12:00",
        "10:00-14:00, 10:00, 10:00",
        "10:00-14:00, 14:00, 34:00",
        "10:00-14:00, 09:59, 10:00",
        "22:00-04:00, 23:00, 23:00",
        "22:00-04:00, 03:59, 03:59",
        "22:00-04:00, 04:00, 22:00",
        "'06:00-07:00,22:00-04:00', 12:00, 22:00",
        "'06:00-07:00,22:00-04:00', 05:00, 06:00",
        "00:00-24:00, 23:59, 23:59",
        "12:00-24:00, 00:00, 12:00"
    })
    void windows_are_daily_in_utc_and_may_pass_midnight(String windows, String at, String opens) {
        database.execute("SET TIME ZONE 'America/Santiago'");
        assertThat(database.value("""
                SELECT opens_at('{%s}', ('2026-11-21'::timestamp + '%s'::interval) AT TIME ZONE 'UTC')
                       = ('2026-11-21'::timestamp + '%s'::interval) AT TIME ZONE 'UTC'
                """.formatted(windows, at, opens))).isEqualTo("t");
    }

    @Test
    void a_link_without_a_route_is_open_and_carries_the_default_number() {
        assertThat(now().slots(settings)).isEqualTo(2);
        assertThat(now().says()).isEqualTo("open");
        assertThat(now().share(settings)).isNull();
    }

    @Test
    void of_several_routes_the_best_whose_window_is_open_counts() {
        String closed = "ARRAY[to_char(now() AT TIME ZONE 'UTC' + interval '2 hours', 'HH24:MI') || '-'"
                + " || to_char(now() AT TIME ZONE 'UTC' + interval '3 hours', 'HH24:MI')]";
        route(10, closed, "concurrency=7");
        assertThat(now().slots(settings)).isZero();
        assertThat(now().opensAt()).isNotNull();
        assertThat(now().says()).startsWith("window opens at");
        route(20, "NULL", "concurrency=5");
        assertThat(now().slots(settings)).isEqualTo(5);
        database.execute("UPDATE transfer_route SET time_windows = NULL");
        assertThat(now().slots(settings)).isEqualTo(7);
    }

    @Test
    void a_rate_limit_is_shared_by_what_the_link_carries_at_once() {
        route(10, "NULL", "rate_limit_bytes_per_second=100000000");
        assertThat(now().share(settings)).isEqualTo(50_000_000);
        database.execute("UPDATE transfer_route SET concurrency = 4");
        assertThat(now().share(settings)).isEqualTo(25_000_000);
    }

    @Test
    void a_person_pauses_a_link_for_a_reason_and_lets_it_go_again() {
        pauses.pause("ccat", "cologne", "maria", "the antenna is being moved");
        assertThat(now().slots(settings)).isZero();
        assertThat(now().says()).startsWith("paused by maria since ").endsWith("because the antenna is being moved");
        pauses.pause("ccat", "cologne", "juan", "still");
        assertThat(now().pausedBy()).isEqualTo("juan");
        assertThat(pauses.resume("ccat", "cologne", "juan", null)).isTrue();
        assertThat(pauses.resume("ccat", "cologne", "juan", null)).isFalse();
        assertThat(now().slots(settings)).isEqualTo(2);
        assertThat(database.values("SELECT who || ': ' || action || ' ' || subject FROM audit ORDER BY id"))
                .containsExactly(
                        "maria: link paused link ccat → cologne",
                        "juan: link paused link ccat → cologne",
                        "juan: link resumed link ccat → cologne");
    }

    @Test
    void a_pause_without_a_reason_or_between_sites_that_are_not_there_is_refused() {
        assertThatThrownBy(() -> pauses.pause("ccat", "cologne", "maria", " ")).hasMessageContaining("--reason");
        assertThatThrownBy(() -> pauses.pause("ccat", "bonn", "maria", "why"))
                .hasMessage("there is no site \"bonn\"; known: ccat, cologne, us");
        assertThatThrownBy(() -> pauses.resume("us", "us", "maria", "why")).hasMessageContaining("two sites");
        assertThat(database.value("SELECT count(*) FROM link")).isEqualTo("0");
    }

    @Test
    void failures_in_a_row_make_a_link_unhealthy_and_one_success_makes_it_healthy() {
        fail("timeout");
        fail("timeout");
        assertThat(now().slots(settings)).isEqualTo(2);
        fail("no route to host");
        assertThat(now().slots(settings)).isZero();
        assertThat(now().says()).startsWith("unhealthy since").endsWith("because no route to host");
        database.jdbi()
                .useTransaction(tx -> assertThat(LinkHealth.succeeded(tx, link)).isTrue());
        assertThat(now().slots(settings)).isEqualTo(2);
        fail("timeout");
        assertThat(now().slots(settings)).as("the count began anew").isEqualTo(2);
        database.jdbi()
                .useTransaction(tx -> assertThat(LinkHealth.succeeded(tx, link)).isFalse());
    }

    @Test
    void an_unhealthy_link_is_probed_with_one_transfer_at_growing_pauses() {
        for (int i = 0; i < 3; i++) {
            fail("timeout");
        }
        String since = database.value("SELECT unhealthy_since FROM link");
        database.execute("UPDATE link SET probe_at = clock_timestamp()");
        assertThat(now().slots(settings)).as("half open").isEqualTo(1);
        fail("timeout");
        assertThat(now().slots(settings)).isZero();
        assertThat(database.value("SELECT probe_at > clock_timestamp() + interval '59 minutes' FROM link"))
                .as("the second pause is one to two hours")
                .isEqualTo("t");
        for (int i = 0; i < 50; i++) {
            fail("timeout");
        }
        assertThat(database.value("SELECT probe_at < clock_timestamp() + interval '4 hours' FROM link"))
                .isEqualTo("t");
        assertThat(database.value("SELECT unhealthy_since FROM link")).isEqualTo(since);
    }

    @Test
    void what_is_avoided_is_what_is_paused_or_unhealthy() {
        assertThat(database.jdbi().<java.util.Set<Link>, RuntimeException>withHandle(Links::avoided))
                .isEmpty();
        pauses.pause("us", "cologne", "maria", "why");
        for (int i = 0; i < 3; i++) {
            fail("timeout");
        }
        assertThat(database.jdbi().<java.util.Set<Link>, RuntimeException>withHandle(Links::avoided))
                .containsExactlyInAnyOrder(link, new Link(site("us"), site("cologne")));
    }
}
