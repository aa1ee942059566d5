package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A caller that holds back holds back what moves bytes for it. */
class S3ToldTest {
    private static final long MEBIBYTE = 1L << 20;

    private static Thread moving(S3Told told, AtomicLong moved, long mebibytes) {
        Thread thread = new Thread(() -> {
            try {
                for (long i = 0; i < mebibytes; i++) {
                    told.add(MEBIBYTE);
                    moved.addAndGet(MEBIBYTE);
                }
            } catch (java.io.IOException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Test
    void who_is_far_ahead_of_the_caller_waits_for_it() {
        S3Told told = new S3Told();
        AtomicLong moved = new AtomicLong();
        Thread thread = moving(told, moved, 300);
        await().until(() -> thread.getState() == Thread.State.WAITING);
        assertThat(moved.get()).isLessThanOrEqualTo(128 * MEBIBYTE);
        AtomicLong heard = new AtomicLong();
        await().until(() -> {
            told.tell(heard::addAndGet);
            return !thread.isAlive();
        });
        told.tell(heard::addAndGet);
        assertThat(heard.get()).isEqualTo(300 * MEBIBYTE).isEqualTo(moved.get());
    }

    @Test
    void nobody_waits_when_nobody_listens_any_more() {
        S3Told told = new S3Told();
        Thread thread = moving(told, new AtomicLong(), 300);
        await().until(() -> thread.getState() == Thread.State.WAITING);
        told.end();
        await().until(() -> !thread.isAlive());
    }
}
