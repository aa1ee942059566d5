package chasqui.storage;

import java.nio.ByteBuffer;

/** Checks every file's digest from the blocks that are about to become a package. */
final class PackageExaminer {
    private final PackageLayout layout;
    private final SourceLook look;
    private final Digests.XxHash64 content = new Digests.XxHash64();
    private final Digests.XxHash64 whole = new Digests.XxHash64();
    private int current;

    PackageExaminer(PackageLayout layout, SourceLook look) {
        this.layout = layout;
        this.look = look;
    }

    /** Blocks must come in order. */
    void examine(ByteBuffer block) {
        long from = whole.sizeBytes();
        long to = from + block.limit();
        whole.update(block, 0, block.limit());
        while (current < layout.entryCount() && layout.dataAt(current) < to) {
            PackageEntry entry = layout.entry(current);
            long end = layout.dataAt(current) + entry.dataBytes();
            long first = Math.max(layout.dataAt(current), from);
            long last = Math.min(end, to);
            if (first < last) {
                content.update(block, (int) (first - from), (int) (last - first));
            }
            if (end > to) {
                return;
            }
            conclude(entry);
            current++;
        }
    }

    Checksum wholeXxHash64() {
        return whole.checksum();
    }

    private void conclude(PackageEntry entry) {
        if (entry.kind() == FileFacts.Kind.FILE && !content.matches(entry.xxHash64())) {
            look.report(entry, "registered with " + entry.xxHash64() + ", now " + content.checksum());
        }
        content.reset();
    }
}
