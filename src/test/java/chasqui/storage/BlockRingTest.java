package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BlockRingTest {
    private static final int BLOCKS = 200;

    @Test
    void every_step_and_the_caller_see_every_block_in_order() throws Exception {
        List<Long> first = new ArrayList<>();
        List<Long> second = new ArrayList<>();
        List<Long> own = new ArrayList<>();
        try (BlockRing ring = BlockRing.start(
                "test",
                3,
                BlockRingTest::numbered,
                (index, block) -> first.add(block.getLong()),
                (index, block) -> second.add(block.getLong()))) {
            for (ByteBuffer block = ring.next(); block != null; block = ring.next()) {
                own.add(Long.reverseBytes(block.getLong()));
            }
        }
        List<Long> all = LongStream.range(0, BLOCKS).boxed().toList();
        assertThat(own).isEqualTo(all);
        assertThat(first.stream().map(Long::reverseBytes).toList()).isEqualTo(all);
        assertThat(second).isEqualTo(first);
    }

    @Test
    void a_stream_of_no_blocks_ends_at_once() throws Exception {
        try (BlockRing ring = BlockRing.start("test", 2, (index, block) -> -1, (index, block) -> {})) {
            assertThat(ring.next()).isNull();
        }
    }

    @Test
    void what_goes_wrong_in_any_thread_reaches_the_caller() {
        BlockRing.Filler breaks = (index, block) -> {
            if (index == 30) {
                throw new IOException("bad sector");
            }
            return numbered(index, block);
        };
        assertThatThrownBy(() -> drain(breaks, (index, block) -> {})).hasMessage("bad sector");
        BlockRing.Step full = (index, block) -> {
            if (index == 30) {
                throw new IOException("full");
            }
        };
        assertThatThrownBy(() -> drain(BlockRingTest::numbered, full)).hasMessage("full");
        BlockRing.Step bug = (index, block) -> {
            throw new IllegalStateException("bug");
        };
        assertThatThrownBy(() -> drain(BlockRingTest::numbered, bug)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_caller_who_waits_for_a_hanging_thread_can_be_interrupted() throws Exception {
        CountDownLatch filling = new CountDownLatch(1);
        BlockRing.Filler hangs = (index, block) -> {
            filling.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException closed) {
                throw new InterruptedIOException();
            }
            return -1;
        };
        List<Throwable> ended = Collections.synchronizedList(new ArrayList<>());
        Thread caller = new Thread(() -> {
            try {
                drain(hangs, (index, block) -> {});
            } catch (IOException e) {
                ended.add(e);
            }
        });
        caller.start();
        filling.await();
        caller.interrupt();
        caller.join();
        assertThat(ended).singleElement().isInstanceOf(InterruptedIOException.class);
    }

    @Test
    void leaving_early_ends_all_threads() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        BlockRing.Step counts = (index, block) -> started.countDown();
        try (BlockRing ring = BlockRing.start("leaving-early", 2, BlockRingTest::numbered, counts)) {
            ring.next();
            started.await();
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("leaving-early"));
    }

    private static void drain(BlockRing.Filler filler, BlockRing.Step step) throws IOException {
        try (BlockRing ring = BlockRing.start("test", 2, filler, step)) {
            for (ByteBuffer block = ring.next(); block != null; block = ring.next()) {
                assertThat(block.remaining()).isPositive();
            }
        }
    }

    private static int numbered(long index, ByteBuffer block) {
        if (index >= BLOCKS) {
            return -1;
        }
        // Big-endian here; who takes it gets it little-endian, as the digests want it.
        block.putLong(0, index);
        return index == BLOCKS - 1 ? 8 : Slab.BLOCK_BYTES;
    }
}
