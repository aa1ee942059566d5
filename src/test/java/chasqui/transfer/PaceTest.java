package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.pipeline.Lease;
import chasqui.pipeline.TestLease;
import chasqui.storage.Progress;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static Way limited(Long bytesPerSecond) {
        return new Way(null, false, bytesPerSecond, Map.of());
    }

    @Test
    void bytes_beyond_the_first_share_wait_until_they_are_due() {
        Lease lease = TestLease.of(TransferWorker.TYPE);
        Progress pace = Pace.of(lease, limited(400L));
        long begun = System.nanoTime();
        pace.advance(300);
        assertThat(System.nanoTime() - begun)
                .as("two further shares of a quarter of a second each; no bound from above")
                .isGreaterThanOrEqualTo(490_000_000L);
        assertThat(lease.bytesDone()).isEqualTo(300);
    }

    @Test
    void without_a_limit_nothing_waits_and_everything_is_counted() {
        Lease lease = TestLease.of(TransferWorker.TYPE);
        Pace.of(lease, limited(null)).advance(Long.MAX_VALUE / 2);
        assertThat(lease.bytesDone()).isEqualTo(Long.MAX_VALUE / 2);
    }

    @Test
    void the_smallest_and_the_largest_limit_are_possible() {
        Lease lease = TestLease.of(TransferWorker.TYPE);
        Pace.of(lease, limited(1L)).advance(1);
        Pace.of(lease, limited(Long.MAX_VALUE)).advance(1L << 40);
        assertThat(lease.bytesDone()).isEqualTo(1 + (1L << 40));
    }
}
