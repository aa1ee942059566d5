package chasqui.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * An object on its way into a file: several parts of it arrive at once, each on a connection of its own, and this thread
 * follows behind them, takes the digest of what is complete up to its place, and lets the disk have it early.
 */
final class S3Fetch {
    private static final int ARRIVING_BLOCK = 256 << 10;
    private static final int DIGEST_BLOCK = 1 << 20;
    private static final long WAIT_MS = 200;

    private final S3Store store;
    private final String bucket;
    private final String key;
    private final S3ObjectFacts facts;
    private final long partBytes;

    S3Fetch(S3Store store, String bucket, String key, S3ObjectFacts facts) {
        this.store = store;
        this.bucket = bucket;
        this.key = key;
        this.facts = facts;
        this.partBytes = S3PartSize.of(facts.sizeBytes());
    }

    PackageDigest into(Path temporary, Progress progress) throws IOException {
        FileChannel out = BlockWriter.newFile(temporary);
        try (out;
                FileChannel in = FileChannel.open(temporary, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
                WriteBehind disk = new WriteBehind(out)) {
            PackageDigest digest = fetch(out, in, disk, progress);
            disk.finish();
            return digest;
        } catch (IOException failure) {
            Failures.removeTemporary(temporary, failure);
            throw Failures.writing(temporary, failure);
        } catch (RuntimeException | Error stopped) {
            Failures.removeTemporary(temporary, stopped);
            throw stopped;
        }
    }

    private PackageDigest fetch(FileChannel out, FileChannel in, WriteBehind disk, Progress progress)
            throws IOException {
        int parts = (int) ((facts.sizeBytes() + partBytes - 1) / partBytes);
        Digests.XxHash64 xxHash64 = new Digests.XxHash64();
        ByteBuffer block = ByteBuffer.allocateDirect(DIGEST_BLOCK).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        int most = Math.min(store.options().partsInFlight(), Math.max(1, parts));
        try (Arrivals arrivals =
                new Arrivals("s3-fetch", most, parts, partBytes, (part, told) -> fetchPart(out, part, told))) {
            long done = 0;
            while (done < facts.sizeBytes()) {
                long complete = arrivals.completeBehind(done, WAIT_MS);
                progress.advance(0);
                while (done < complete) {
                    block.clear().limit((int) Math.min(DIGEST_BLOCK, complete - done));
                    int length = readFully(in, block, done);
                    xxHash64.update(block, 0, length);
                    done += length;
                    disk.reached(done);
                    arrivals.seen(done);
                    progress.advance(length);
                }
            }
        }
        return new PackageDigest(xxHash64.sizeBytes(), xxHash64.checksum(), null);
    }

    private static int readFully(FileChannel in, ByteBuffer block, long from) throws IOException {
        while (block.hasRemaining()) {
            if (in.read(block, from + block.position()) < 0) {
                throw new IOException("the file became shorter while it was written");
            }
        }
        return block.position();
    }

    private void fetchPart(FileChannel out, int part, Arrivals.Told told) throws IOException {
        long from = part * partBytes;
        long length = Math.min(partBytes, facts.sizeBytes() - from);
        byte[] bytes = new byte[ARRIVING_BLOCK];
        long done = 0;
        try (InputStream in = S3Objects.range(store, bucket, key, from, length, facts.etag())) {
            for (int got = in.read(bytes, 0, bytes.length); got >= 0; got = in.read(bytes, 0, bytes.length)) {
                ByteBuffer block = ByteBuffer.wrap(bytes, 0, got);
                while (block.hasRemaining()) {
                    out.write(block, from + done + block.position());
                }
                done += got;
                told.complete(done);
            }
        }
        if (done != length) {
            throw new S3Failure(
                    "reading %s: %d bytes came instead of %d".formatted(S3Store.name(bucket, key), done, length),
                    200,
                    "LengthDiffers",
                    true,
                    null);
        }
    }
}
