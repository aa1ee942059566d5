package chasqui.storage;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Memory outside the heap, cut into blocks that lie at multiples of their own size, as direct I/O wants them.
 *
 * <p>Some slabs are kept for reuse. When more work than that runs at once it gets small ones instead of waiting: work
 * on a hung mount must not hold up anything else.
 */
final class Slab {
    static final int BLOCK_BYTES = 1 << 20;
    private static final Pool FOR_RINGS = new Pool(12, 2, 4);
    private static final Pool FOR_SMALL_FILES = new Pool(1, 8, 1);

    private final ByteBuffer[] blocks;
    private final Pool pool;

    private Slab(int count, Pool pool) {
        ByteBuffer memory =
                ByteBuffer.allocateDirect((count + 1) * BLOCK_BYTES - 1).alignedSlice(BLOCK_BYTES);
        blocks = new ByteBuffer[count];
        for (int i = 0; i < count; i++) {
            blocks[i] = memory.slice(i * BLOCK_BYTES, BLOCK_BYTES);
        }
        this.pool = pool;
    }

    /** Several blocks, for a ring. */
    static Slab take() {
        return FOR_RINGS.take();
    }

    /** One block, for a file that fits into it. */
    static Slab takeOne() {
        return FOR_SMALL_FILES.take();
    }

    /** Gives it back for reuse; only when nothing can touch its memory any more. */
    void giveBack() {
        if (pool != null) {
            pool.put(this);
        }
    }

    /** Gives it up for good: something that cannot be stopped may still write into its memory. */
    void abandon() {
        if (pool != null) {
            pool.lose();
        }
    }

    ByteBuffer[] blocks() {
        return blocks;
    }

    private static final class Pool {
        private final Deque<Slab> free = new ArrayDeque<>();
        private final int blocks;
        private final int kept;
        private final int blocksWhenBusy;
        private int alive;

        Pool(int blocks, int kept, int blocksWhenBusy) {
            this.blocks = blocks;
            this.kept = kept;
            this.blocksWhenBusy = blocksWhenBusy;
        }

        Slab take() {
            synchronized (this) {
                Slab reused = free.poll();
                if (reused != null) {
                    return reused;
                }
                if (alive == kept) {
                    return new Slab(blocksWhenBusy, null);
                }
                alive++;
            }
            try {
                return new Slab(blocks, this);
            } catch (OutOfMemoryError noMemory) {
                lose();
                throw noMemory;
            }
        }

        synchronized void put(Slab slab) {
            free.push(slab);
        }

        synchronized void lose() {
            alive--;
        }
    }
}
