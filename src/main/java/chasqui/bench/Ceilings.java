package chasqui.bench;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.SplittableRandom;

/** What no packaging can beat on this machine, in bytes per second: one core's SHA-256, and the disk. */
final class Ceilings {
    private static final int ROUNDS = 5;
    private static final int BLOCK_BYTES = 4 << 20;
    private static final int ALIGNMENT = 4096;

    private Ceilings() {}

    /** SHA-256 of what lies in the first-level reach of one core, alone. */
    static Spread sha256OnOneCore(long bytes) {
        byte[] block = new byte[1 << 20];
        new SplittableRandom(1).nextBytes(block);
        double[] rates = new double[ROUNDS];
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (int round = -1; round < ROUNDS; round++) {
                long started = System.nanoTime();
                long done = 0;
                for (; done < bytes; done += block.length) {
                    digest.update(block);
                }
                digest.digest();
                if (round >= 0) {
                    rates[round] = done / seconds(started);
                }
            }
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
        return Spread.of(rates);
    }

    /** One stream of large direct writes into a new file, made durable. */
    static Spread diskWrite(Path folder, long bytes) throws IOException {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES + ALIGNMENT).alignedSlice(ALIGNMENT);
        block.limit(BLOCK_BYTES);
        byte[] content = new byte[BLOCK_BYTES];
        new SplittableRandom(2).nextBytes(content);
        block.put(content);
        double[] rates = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            rates[round] = writeOnce(folder.resolve("ceiling"), block, bytes);
        }
        return Spread.of(rates);
    }

    private static double writeOnce(Path file, ByteBuffer block, long bytes) throws IOException {
        long started = System.nanoTime();
        long done = 0;
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT)) {
            for (; done < bytes; done += BLOCK_BYTES) {
                block.rewind();
                while (block.hasRemaining()) {
                    out.write(block);
                }
            }
            out.force(true);
            return done / seconds(started);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static double seconds(long started) {
        return (System.nanoTime() - started) / 1e9;
    }
}
