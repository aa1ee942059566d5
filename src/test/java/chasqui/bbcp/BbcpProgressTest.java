package chasqui.bbcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BbcpProgressTest {
    private static final long MIB = 1 << 20;

    private final AtomicLong clock = new AtomicLong(1);
    private final BbcpProgress progress = new BbcpProgress(200 * MIB, clock::get);

    private void says(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        progress.accept(bytes, bytes.length);
    }

    @Test
    void bytes_are_counted_between_the_percents_that_are_told() {
        says("bbcp: Creating /x\nbbcp: 261121 21:31:44  21% done; 42.5 MB/s, avg 42.5 MB/s\n");
        assertThat(progress.bytesDone()).isEqualTo((long) (42.5 * MIB));
        says("bbcp: 261121 21:31:45  30% done; 10.0 MB/s, avg 30.0 MB/s\n");
        assertThat(progress.bytesDone()).as("at least the percents").isEqualTo(60 * MIB);
        says("bbcp: 261121 21:31:46  30% done; 10.0 MB/s, avg 30.0 MB/s\n");
        assertThat(progress.bytesDone()).as("at most the next percent").isEqualTo(62 * MIB);
    }

    @Test
    void a_line_may_come_in_any_pieces() {
        for (char c : "\r\nbbcp: 261121 21:31:44  50% done; 1.0 GB/s, avg 1.0 GB/s\r".toCharArray()) {
            says(String.valueOf(c));
        }
        assertThat(progress.bytesDone()).isEqualTo(102 * MIB);
    }

    @Test
    void only_bytes_that_move_count_as_progress() {
        long start = progress.movedAt();
        clock.set(100);
        says("bbcp: 261121 21:31:44  0% done; 0.0 B/s, avg 0.0 B/s\nanything\n");
        assertThat(progress.movedAt()).isEqualTo(start);
        says("bbcp: 261121 21:31:45  0% done; 1.5 KB/s, avg 0.1 KB/s\n");
        assertThat(progress.movedAt()).isEqualTo(100);
        assertThat(progress.bytesDone()).isEqualTo(1536);
    }

    @Test
    void without_a_percentage_the_rates_alone_are_counted_and_never_more_than_there_is() {
        for (int i = 0; i < 9; i++) {
            says("bbcp: 261121 21:31:44  not done; 30.0 MB/s\n");
        }
        assertThat(progress.bytesDone()).isEqualTo(200 * MIB);
    }

    @Test
    void lies_and_noise_change_nothing() {
        says("bbcp: 261121 21:31:44  999% done; 9.9 MB/s, avg 9.9 MB/s\n");
        says("bbcp: 261121 21:31:44  10% done; nan MB/s, avg inf MB/s\n");
        says("bbcp: 261121 21:31:44  10% done; -5.0 MB/s, avg 1 MB/s\n");
        assertThat(progress.bytesDone()).isBetween(0L, 200 * MIB);
        byte[] noise = new byte[1 << 20];
        new Random(7).nextBytes(noise);
        progress.accept(noise, noise.length);
        says("\nx\u001b[31m red \u0007\n");
        assertThat(progress.lastLines()).last().isEqualTo("x?[31m red ?");
    }

    @Test
    void a_flood_is_read_and_not_kept() {
        String line = "bbcp: 261121 21:31:44  10% done; 1.0 KB/s, avg 1.0 MB/s\n";
        byte[] flood =
                (line.repeat(1000) + "x".repeat(100_000) + "\n" + "y\n".repeat(1000)).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 100; i++) {
            progress.accept(flood, flood.length);
        }
        assertThat(progress.lastLines()).hasSize(12).allMatch(text -> text.length() <= 512);
        assertThat(progress.bytesDone()).isLessThanOrEqualTo(22 * MIB);
    }

    @Test
    void near_the_end_silence_may_be_the_disk_making_bytes_durable() {
        assertThat(progress.mayBeFlushing()).isFalse();
        says("bbcp: 261121 21:31:44  50% done; 1.0 MB/s, avg 1.0 MB/s\n");
        assertThat(progress.mayBeFlushing()).as("99 MiB at 1 MiB/s take longer").isFalse();
        says("bbcp: 261121 21:31:45  60% done; 20.0 MB/s, avg 1.0 MB/s\n");
        assertThat(progress.mayBeFlushing())
                .as("80 MiB at 20 MiB/s may be there")
                .isTrue();
    }
}
