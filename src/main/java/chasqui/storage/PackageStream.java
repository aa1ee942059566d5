package chasqui.storage;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Arrays;

/**
 * Walks through the bytes of a package that anybody may have made.
 *
 * <p>Only the manifest and its header are interpreted, within limits; every later header must be, byte for byte, the
 * one that follows from the manifest.
 */
final class PackageStream implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 << 10;

    private final String name;
    private final InputStream in;
    private final Digests whole;
    private final Progress progress;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    PackageStream(ReadableSource source, boolean withSha256, Progress progress) throws IOException {
        name = source.name();
        in = source.open();
        whole = new Digests(withSha256);
        this.progress = progress;
    }

    /** Reads the manifest, which must come first. */
    PackageManifest manifest() throws IOException {
        byte[] header = new byte[TarFormat.BLOCK];
        readFully(header, PackageManifest.NAME);
        long size = manifestSize(header);
        PackageManifest manifest;
        try (ManifestBytes bytes = new ManifestBytes(size)) {
            manifest = ManifestJson.read(name, bytes);
            while (bytes.read(buffer, 0, buffer.length) >= 0) {
                // The rest of the entry, so that the stream stands at its end.
            }
        }
        zeros(TarFormat.padding(size), PackageManifest.NAME);
        Instant newest = PackageWriter.newest(manifest.entries());
        if (!Arrays.equals(header, TarFormat.manifestHeader(size, newest))) {
            throw violation(PackageManifest.NAME, "the header that belongs to its files", "another header");
        }
        return manifest;
    }

    private long manifestSize(byte[] header) throws IntegrityViolation {
        int end = PackageManifest.NAME.length();
        boolean named = Arrays.equals(header, 0, end, PackageManifest.PATH.bytes(), 0, end) && header[end] == 0;
        if (!named) {
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

    /** Reads an entry's header, which must be the one that follows from the manifest. */
    void header(PackageEntry entry) throws IOException {
        byte[] expected = TarFormat.header(entry);
        byte[] found = new byte[expected.length];
        readFully(found, entry.path().readable());
        if (!Arrays.equals(expected, found)) {
            throw violation(entry.path().readable(), "the header that its manifest asks for", "another header");
        }
    }

    /** Passes an entry's data on and checks it against its checksum. */
    void data(PackageEntry entry, Sink sink) throws IOException {
        Digests content = new Digests(false);
        if (entry.kind() == FileFacts.Kind.SYMLINK) {
            byte[] target = PercentCode.decode(entry.linkTargetEncoded());
            content.update(target, 0, target.length);
        }
        long left = entry.dataBytes();
        while (left > 0) {
            int length = read(
                    buffer, 0, (int) Math.min(buffer.length, left), entry.path().readable());
            content.update(buffer, 0, length);
            sink.write(buffer, 0, length);
            left -= length;
        }
        zeros(TarFormat.padding(entry.dataBytes()), entry.path().readable());
        if (!content.xxHash64().equals(entry.xxHash64())) {
            throw violation(
                    entry.path().readable(),
                    entry.xxHash64().toString(),
                    content.xxHash64().toString());
        }
    }

    /** Reads the end of the archive and compares the whole with what was registered. */
    void end(PackageDigest expected) throws IOException {
        zeros(TarFormat.trailer(whole.sizeBytes()), "end of archive");
        if (in.read() >= 0) {
            throw violation("end of archive", whole.sizeBytes() + " bytes", "more bytes behind it");
        }
        PackageDigest found = whole.finish();
        if (found.sizeBytes() != expected.sizeBytes()) {
            throw violation("whole package", expected.sizeBytes() + " bytes", found.sizeBytes() + " bytes");
        }
        if (!found.xxHash64().equals(expected.xxHash64())) {
            throw violation(
                    "whole package",
                    expected.xxHash64().toString(),
                    found.xxHash64().toString());
        }
        if (expected.sha256() != null && !expected.sha256().equals(found.sha256())) {
            throw violation(
                    "whole package",
                    expected.sha256().toString(),
                    found.sha256().toString());
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private void zeros(int count, String entry) throws IOException {
        byte[] found = new byte[count];
        readFully(found, entry);
        for (byte b : found) {
            if (b != 0) {
                throw violation(entry, "zero bytes behind its data", "other bytes");
            }
        }
    }

    private void readFully(byte[] bytes, String entry) throws IOException {
        for (int done = 0; done < bytes.length; ) {
            done += read(bytes, done, bytes.length - done, entry);
        }
    }

    private int read(byte[] bytes, int offset, int length, String entry) throws IOException {
        int n;
        try {
            n = in.read(bytes, offset, length);
        } catch (EOFException early) {
            n = -1;
        }
        if (n < 0) {
            throw violation(entry, "more bytes", "the end of the package after " + whole.sizeBytes() + " bytes");
        }
        whole.update(bytes, offset, n);
        progress.advance(n);
        return n;
    }

    private IntegrityViolation violation(String entry, String expected, String found) {
        return new IntegrityViolation(name, entry, expected, found);
    }

    /** Where an entry's data goes. */
    interface Sink {
        Sink NOWHERE = (bytes, offset, length) -> {};

        void write(byte[] bytes, int offset, int length) throws IOException;
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
            int n = PackageStream.this.read(bytes, offset, (int) Math.min(length, left), PackageManifest.NAME);
            left -= n;
            return n;
        }
    }
}
