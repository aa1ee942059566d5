package chasqui.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;

/**
 * Walks through the bytes of a package that anybody may have made.
 *
 * <p>Only the manifest and its header are interpreted, within limits; every later header must be, byte for byte, the
 * one that follows from the manifest.
 */
final class PackageStream {
    private final String name;
    private final BlockRing ring;
    private final Progress progress;
    private final Digests.XxHash64 whole = new Digests.XxHash64();
    private final Digests.XxHash64 content = new Digests.XxHash64();
    private ByteBuffer block = ByteBuffer.allocate(0);
    private long position;

    /** @param name of what is read, for messages */
    PackageStream(String name, BlockRing ring, Progress progress) {
        this.name = name;
        this.ring = ring;
        this.progress = progress;
    }

    /** Reads the manifest, which must come first. */
    PackageManifest manifest() throws IOException {
        byte[] header = readFully(TarFormat.BLOCK, PackageManifest.NAME);
        long size = manifestSize(header);
        ManifestBytes bytes = new ManifestBytes(size);
        PackageManifest manifest;
        try {
            manifest = ManifestJson.read(name, bytes);
        } catch (Stopped stopped) {
            throw stopped.because;
        }
        bytes.skipRest();
        zeros(TarFormat.padding(size), PackageManifest.NAME);
        Instant newest = PackageLayout.newest(manifest.entries());
        if (!Arrays.equals(header, TarFormat.manifestHeader(size, newest))) {
            throw violation(PackageManifest.NAME, "the header that belongs to its files", "another header");
        }
        return manifest;
    }

    private long manifestSize(byte[] header) throws IntegrityViolation {
        byte[] expected = PackageManifest.PATH.bytes();
        int end = expected.length;
        if (!Arrays.equals(header, 0, end, expected, 0, end) || header[end] != 0) {
            throw violation("first entry", PackageManifest.NAME, "something else: not a Chasqui package");
        }
        long size = 0;
        for (int i = 124; i < 135; i++) {
            int digit = header[i] - '0';
            if (digit < 0 || digit > 7) {
                throw violation(PackageManifest.NAME, "its size in its header", "no octal number");
            }
            size = size * 8 + digit;
        }
        if (size > PackageManifest.MAX_BYTES) {
            throw violation(PackageManifest.NAME, "at most " + PackageManifest.MAX_BYTES + " bytes", size + " bytes");
        }
        return size;
    }

    /** Reads the next entry, passes its data on, and checks all of it against the manifest. */
    void entry(PackageEntry entry, Sink sink) throws IOException {
        String path = entry.path().readable();
        byte[] expected = TarFormat.header(entry);
        if (!Arrays.equals(expected, readFully(expected.length, path))) {
            throw violation(path, "the header that its manifest asks for", "another header");
        }
        content.reset();
        if (entry.kind() == FileFacts.Kind.SYMLINK) {
            byte[] target = PercentCode.decode(entry.linkTargetEncoded());
            content.update(target, 0, target.length);
        }
        long left = entry.dataBytes();
        while (left > 0) {
            ByteBuffer part = some(left, path);
            content.update(part, part.position(), part.remaining());
            left -= part.remaining();
            sink.write(part);
        }
        zeros(TarFormat.padding(entry.dataBytes()), path);
        if (!content.matches(entry.xxHash64())) {
            throw violation(
                    path, entry.xxHash64().toString(), content.checksum().toString());
        }
    }

    /** Reads the end of the archive; behind it nothing may follow. */
    void end() throws IOException {
        zeros(TarFormat.trailer(position), "end of archive");
        if (block.hasRemaining() || nextBlock()) {
            throw violation("end of archive", position + " bytes", "more bytes behind it");
        }
    }

    /** Compares the whole with what was registered. */
    void compare(PackageDigest expected, Checksum foundSha256) throws IntegrityViolation {
        if (expected.sizeBytes() != position) {
            throw violation("whole package", expected.sizeBytes() + " bytes", position + " bytes");
        }
        if (!expected.xxHash64().equals(whole.checksum())) {
            throw violation(
                    "whole package",
                    expected.xxHash64().toString(),
                    whole.checksum().toString());
        }
        if (expected.sha256() != null && !expected.sha256().equals(foundSha256)) {
            throw violation("whole package", expected.sha256().toString(), foundSha256.toString());
        }
    }

    private void zeros(int count, String entry) throws IOException {
        for (byte b : readFully(count, entry)) {
            if (b != 0) {
                throw violation(entry, "zero bytes behind its data", "other bytes");
            }
        }
    }

    private byte[] readFully(int count, String entry) throws IOException {
        byte[] bytes = new byte[count];
        for (int done = 0; done < count; ) {
            ByteBuffer part = some(count - done, entry);
            int length = part.remaining();
            part.get(bytes, done, length);
            done += length;
        }
        return bytes;
    }

    /** The next bytes, at least one and at most so many; valid until the next call. */
    private ByteBuffer some(long most, String entry) throws IOException {
        if (!block.hasRemaining() && !nextBlock()) {
            throw violation(entry, "more bytes", "the end of the package after " + position + " bytes");
        }
        int length = (int) Math.min(most, block.remaining());
        ByteBuffer part = block.duplicate().order(block.order()).limit(block.position() + length);
        block.position(block.position() + length);
        position += length;
        return part;
    }

    private boolean nextBlock() throws IOException {
        ByteBuffer next = ring.next();
        if (next == null) {
            return false;
        }
        block = next;
        whole.update(block, 0, block.limit());
        progress.advance(block.limit());
        return true;
    }

    private IntegrityViolation violation(String entry, String expected, String found) {
        return new IntegrityViolation(name, entry, expected, found);
    }

    /** Where an entry's data goes. */
    interface Sink {
        Sink NOWHERE = data -> {};

        void write(ByteBuffer data) throws IOException;
    }

    /** The manifest's own bytes, so that a parser reads no further. */
    private final class ManifestBytes extends InputStream {
        private long left;

        ManifestBytes(long size) {
            left = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            ByteBuffer part;
            try {
                part = some(Math.min(length, left), PackageManifest.NAME);
            } catch (RuntimeException stopped) {
                throw new Stopped(stopped);
            }
            int n = part.remaining();
            part.get(bytes, offset, n);
            left -= n;
            return n;
        }

        void skipRest() throws IOException {
            while (left > 0) {
                left -= some(left, PackageManifest.NAME).remaining();
            }
        }
    }

    /** Carries what stopped the reading past a parser that would take it for its own. */
    private static final class Stopped extends IOException {
        private static final long serialVersionUID = 1L;
        private final RuntimeException because;

        Stopped(RuntimeException because) {
            super(because);
            this.because = because;
        }
    }
}
