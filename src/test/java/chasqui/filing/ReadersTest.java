package chasqui.filing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.topology.DataLocation;
import chasqui.topology.LocationType;
import chasqui.topology.StorageType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ReadersTest {
    private final Readers readers = new Readers(Duration.ofSeconds(1));
    private final CountDownLatch mounted = new CountDownLatch(1);

    @AfterEach
    void close() {
        mounted.countDown();
        readers.close();
    }

    private static DataLocation location(long id) {
        return new DataLocation(
                id,
                1,
                "ccat",
                "source" + id,
                LocationType.SOURCE,
                StorageType.DISK,
                100,
                true,
                false,
                Path.of("/nowhere"),
                null,
                null,
                null,
                null,
                false);
    }

    /** Reads from a disk that does not answer, and that no interrupt wakes. */
    private String hang() {
        boolean waiting = true;
        while (waiting) {
            try {
                mounted.await();
                waiting = false;
            } catch (InterruptedException deaf) {
                assertThat(mounted.getCount()).isLessThan(2);
            }
        }
        return "read";
    }

    @Test
    void a_disk_that_hangs_is_named_and_holds_up_no_other() {
        AtomicInteger begun = new AtomicInteger();
        for (int request = 0; request < Readers.EACH; request++) {
            assertThatThrownBy(() -> readers.at(location(1), progress -> {
                        begun.incrementAndGet();
                        return hang();
                    }))
                    .isInstanceOfSatisfying(ChasquiException.class, away -> {
                        assertThat(away.kind()).isEqualTo(FailureKind.LOCATION);
                        assertThat(away.retryable()).isTrue();
                    })
                    .hasMessageContaining("ccat/source1");
        }
        assertThatThrownBy(() -> readers.at(location(1), progress -> begun.incrementAndGet()))
                .as("nobody waits for what hangs already")
                .hasMessageContaining("its disk hangs");
        assertThat(begun).hasValue(Readers.EACH);
        assertThat(readers.<String>at(location(2), progress -> "read")).isEqualTo("read");
    }

    @Test
    @Timeout(60)
    void who_comes_where_another_is_stuck_is_told_so_sooner_until_that_one_is_back() throws Exception {
        try (Readers patient = new Readers(Duration.ofSeconds(5), Duration.ofSeconds(2))) {
            assertThatThrownBy(() -> patient.at(location(1), progress -> hang()))
                    .hasMessageContaining("no byte came for 5 s");
            assertThatThrownBy(() -> patient.at(location(1), progress -> hang()))
                    .hasMessageContaining("its disk hangs");
            assertThat(patient.<String>at(location(1), progress -> {
                        progress.advance(1);
                        return "read";
                    }))
                    .as("a file that can be read")
                    .isEqualTo("read");
        }
    }

    @Test
    @Timeout(60)
    void who_has_not_begun_at_a_disk_that_hangs_leaves_his_place_to_others() throws Exception {
        CountDownLatch hanging = new CountDownLatch(Readers.EACH);
        ExecutorService posters = Executors.newFixedThreadPool(Readers.EACH);
        try (Readers patient = new Readers(Duration.ofHours(1), Duration.ofSeconds(2))) {
            for (int request = 0; request < Readers.EACH; request++) {
                posters.submit(() -> patient.at(location(1), progress -> {
                    hanging.countDown();
                    return hang();
                }));
            }
            hanging.await();
            assertThatThrownBy(() -> patient.at(location(1), progress -> "read"))
                    .isInstanceOf(ChasquiException.class)
                    .hasMessageContaining("ccat/source1: its disk hangs");
            assertThat(patient.<String>at(location(2), progress -> "read")).isEqualTo("read");
        } finally {
            posters.shutdownNow();
        }
    }

    @Test
    @Timeout(120)
    void a_disk_that_is_slow_takes_no_more_posters_than_its_places() throws Exception {
        ExecutorService posters = Executors.newFixedThreadPool(Readers.PLACES + 1);
        CompletionService<String> answers = new ExecutorCompletionService<>(posters);
        try (Readers slow = new Readers(Duration.ofHours(1), Duration.ofSeconds(2))) {
            for (int request = 0; request <= Readers.PLACES; request++) {
                answers.submit(() -> slow.at(location(1), progress -> {
                    // As one that gets on all the time.
                    while (mounted.getCount() > 0) {
                        progress.advance(1);
                        LockSupport.parkNanos(1_000_000);
                    }
                    return "read";
                }));
            }
            assertThatThrownBy(() -> answers.take().get())
                    .hasMessageContaining("ccat/source1: 8 requests are being read or wait there");
            assertThat(slow.<String>at(location(2), progress -> "read")).isEqualTo("read");
            mounted.countDown();
            for (int request = 0; request < Readers.PLACES; request++) {
                assertThat(answers.take().get()).isEqualTo("read");
            }
            assertThat(slow.<String>at(location(1), progress -> "read")).isEqualTo("read");
        } finally {
            posters.shutdownNow();
        }
    }

    @Test
    void what_goes_wrong_while_reading_is_said_as_it_is() {
        assertThatThrownBy(() -> readers.at(location(1), progress -> {
                    throw new FilingRefused("no such file");
                }))
                .isInstanceOf(FilingRefused.class);
    }
}
