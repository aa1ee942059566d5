package chasqui.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;

/** Fills blocks of a package's archive from its files, each byte read once. Unusable files are reported, not thrown. */
final class PackageFiller implements BlockRing.Filler {
    private static final byte[] ZEROS = new byte[TarFormat.RECORD + 2 * TarFormat.BLOCK];

    private final PackageLayout layout;
    private final SourceLook look;

    PackageFiller(PackageLayout layout, SourceLook look) {
        this.layout = layout;
        this.look = look;
    }

    @Override
    public int fill(long index, ByteBuffer block) {
        long from = index * Slab.BLOCK_BYTES;
        if (from >= layout.sizeBytes()) {
            return -1;
        }
        long to = Math.min(from + Slab.BLOCK_BYTES, layout.sizeBytes());
        long at = 0;
        for (byte[] piece : layout.front()) {
            put(block, from, to, at, piece, piece.length);
            at += piece.length;
        }
        for (int i = layout.firstEntryFrom(from); i < layout.entryCount() && layout.headerAt(i) < to; i++) {
            PackageEntry entry = layout.entry(i);
            if (layout.dataAt(i) > from) {
                byte[] header = TarFormat.header(entry);
                put(block, from, to, layout.headerAt(i), header, header.length);
            }
            long end = layout.dataAt(i) + entry.dataBytes();
            if (entry.dataBytes() > 0 && layout.dataAt(i) < to && end > from) {
                read(entry, layout.dataAt(i), block, from, to);
            }
            put(block, from, to, end, ZEROS, TarFormat.padding(entry.dataBytes()));
        }
        int trailer = (int) (layout.sizeBytes() - layout.endOfEntries());
        put(block, from, to, layout.endOfEntries(), ZEROS, trailer);
        return (int) (to - from);
    }

    /** Puts the part of some bytes that falls into this block; all parts come in order. */
    private static void put(ByteBuffer block, long from, long to, long at, byte[] bytes, int length) {
        long first = Math.max(at, from);
        long last = Math.min(at + length, to);
        if (first < last) {
            block.put((int) (first - from), bytes, (int) (first - at), (int) (last - first));
        }
    }

    private void read(PackageEntry entry, long dataAt, ByteBuffer block, long from, long to) {
        long first = Math.max(dataAt, from);
        long last = Math.min(dataAt + entry.dataBytes(), to);
        ByteBuffer part = block.duplicate().limit((int) (last - from)).position((int) (first - from));
        boolean endsHere = last == dataAt + entry.dataBytes();
        try (FileChannel file = FileChannel.open(entry.source(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            int n = 0;
            while (part.hasRemaining() && n >= 0) {
                n = file.read(part, first - dataAt + part.position() - (first - from));
            }
            if (part.hasRemaining() || (endsHere && file.size() != entry.dataBytes())) {
                look.report(entry, "registered with " + entry.sizeBytes() + " bytes, now " + file.size());
            }
        } catch (java.nio.channels.ClosedByInterruptException stopped) {
            // The ring is being closed; nobody will look at this block.
            look.report(entry, "interrupted");
        } catch (IOException failure) {
            look.report(entry, failure);
        }
    }
}
