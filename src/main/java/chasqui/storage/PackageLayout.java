package chasqui.storage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Where every byte of a package's archive will lie. It follows from the entries alone, before any file is read, so that
 * blocks of the archive can be filled in any order.
 */
final class PackageLayout {
    private static final int SLICE = 1024;

    private final List<PackageEntry> entries;
    /** The manifest with its header and padding, in pieces; the archive begins with them. */
    private final List<byte[]> front;

    private final long[] headerAt;
    private final long[] dataAt;
    private final long endOfEntries;
    private final long sizeBytes;

    private PackageLayout(List<PackageEntry> entries, List<byte[]> front, int[] headerLengths) {
        this.entries = entries;
        this.front = front;
        headerAt = new long[entries.size()];
        dataAt = new long[entries.size()];
        long at = front.stream().mapToLong(piece -> piece.length).sum();
        for (int i = 0; i < headerAt.length; i++) {
            long data = entries.get(i).dataBytes();
            headerAt[i] = at;
            dataAt[i] = at + headerLengths[i];
            at = dataAt[i] + data + TarFormat.padding(data);
        }
        endOfEntries = at;
        sizeBytes = at + TarFormat.trailer(at);
    }

    /**
     * Lays out a package and looks at each of its files once.
     *
     * @param sorted entries by path
     * @param progress told, with no bytes, that files were looked at
     */
    static PackageLayout of(List<PackageEntry> sorted, Map<String, String> facts, SourceLook look, Progress progress)
            throws IOException {
        int[] headerLengths = new int[sorted.size()];
        int slices = (sorted.size() + SLICE - 1) / SLICE;
        List<byte[]> json = Crew.run("layout", slices, progress, slice -> {
            int from = slice * SLICE;
            int to = Math.min(from + SLICE, sorted.size());
            for (int i = from; i < to; i++) {
                look.at(sorted.get(i));
                headerLengths[i] = TarFormat.headerLength(sorted.get(i));
            }
            ByteArrayOutputStream text = new ByteArrayOutputStream((to - from) * 320);
            ManifestJson.writeEntries(sorted.subList(from, to), text);
            return text.toByteArray();
        });
        List<byte[]> manifest = ManifestJson.assemble(facts, json);
        long size = manifest.stream().mapToLong(piece -> piece.length).sum();
        if (size > PackageManifest.MAX_BYTES) {
            throw new IllegalArgumentException("the manifest of this package would take " + size
                    + " bytes, the limit is " + PackageManifest.MAX_BYTES + "; make several packages");
        }
        manifest.add(0, TarFormat.manifestHeader(size, newest(sorted)));
        manifest.add(new byte[TarFormat.padding(size)]);
        return new PackageLayout(sorted, manifest, headerLengths);
    }

    static Instant newest(List<PackageEntry> entries) {
        return entries.stream()
                .map(PackageEntry::modified)
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    long sizeBytes() {
        return sizeBytes;
    }

    long endOfEntries() {
        return endOfEntries;
    }

    List<byte[]> front() {
        return front;
    }

    int entryCount() {
        return headerAt.length;
    }

    PackageEntry entry(int index) {
        return entries.get(index);
    }

    long headerAt(int index) {
        return headerAt[index];
    }

    long dataAt(int index) {
        return dataAt[index];
    }

    /** The first entry of which something lies at or behind a position; the number of entries if none does. */
    int firstEntryFrom(long position) {
        int found = Arrays.binarySearch(headerAt, position);
        if (found >= 0) {
            return found;
        }
        int before = -found - 2;
        if (before < 0) {
            return 0;
        }
        long end = before + 1 < headerAt.length ? headerAt[before + 1] : endOfEntries;
        return position < end ? before : before + 1;
    }
}
