package chasqui.storage;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * The one way in which a package's archive is laid out: POSIX ustar, with pax records where ustar has no room.
 *
 * <p>Every header is a pure function of its manifest entry: equal files give equal packages, and a reader that has
 * the manifest knows every byte of every header before it comes. Owner and mode are fixed (0:0, 0644). Names are
 * written as the raw bytes that they are.
 */
final class TarFormat {
    static final int BLOCK = 512;
    /** POSIX writes tars in records of this size. */
    static final int RECORD = 20 * BLOCK;

    private static final int NAME_BYTES = 100;
    private static final int PREFIX_BYTES = 155;
    private static final long MAX_OCTAL = 077777777777L;
    private static final byte[] MAGIC_AND_VERSION = ascii("ustar\00000");
    private static final byte[] NONE = new byte[0];

    private TarFormat() {}

    /** The header of an entry: 512 bytes, or more with pax records before it. */
    static byte[] header(PackageEntry entry) {
        byte[] target = entry.linkTargetEncoded() == null ? NONE : PercentCode.decode(entry.linkTargetEncoded());
        char type = entry.kind() == FileFacts.Kind.SYMLINK ? '2' : '0';
        return header(entry.path().bytes(), type, entry.dataBytes(), entry.modified(), target);
    }

    /** The header of the manifest, dated like the newest file of its package; always one block. */
    static byte[] manifestHeader(long sizeBytes, Instant newest) {
        long seconds = Math.max(0, Math.min(newest.getEpochSecond(), MAX_OCTAL));
        return header(PackageManifest.PATH.bytes(), '0', sizeBytes, Instant.ofEpochSecond(seconds), NONE);
    }

    /** How many zero bytes fill the last block after this much data. */
    static int padding(long dataBytes) {
        return (int) (-dataBytes & (BLOCK - 1));
    }

    /** How many zero bytes end an archive whose entries end here: two blocks, then the rest of the record. */
    static int trailer(long archiveBytes) {
        long end = archiveBytes + 2 * BLOCK;
        return (int) ((end + RECORD - 1) / RECORD * RECORD - archiveBytes);
    }

    /** How long {@link #header} is, without making it where it is one block, as it nearly always is. */
    static int headerLength(PackageEntry entry) {
        boolean plain = entry.kind() == FileFacts.Kind.FILE
                && entry.path().encoded().length() <= NAME_BYTES
                && fits(entry.modified().getEpochSecond())
                && fits(entry.sizeBytes());
        return plain ? BLOCK : header(entry).length;
    }

    private static boolean fits(long number) {
        return number >= 0 && number <= MAX_OCTAL;
    }

    private static byte[] header(byte[] name, char type, long sizeBytes, Instant modified, byte[] target) {
        int slash = prefixLength(name);
        long seconds = modified.getEpochSecond();
        byte[] records = paxRecords(name, slash, sizeBytes, seconds, target);
        byte[] header = ustar(name, slash, type, sizeBytes, seconds, target);
        if (records.length == 0) {
            return header;
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(ustar(ascii("PaxHeaders/file"), 0, 'x', records.length, 0, NONE));
        whole.writeBytes(records);
        whole.writeBytes(new byte[padding(records.length)]);
        whole.writeBytes(header);
        return whole.toByteArray();
    }

    private static byte[] paxRecords(byte[] name, int slash, long sizeBytes, long seconds, byte[] target) {
        boolean longName = slash < 0;
        boolean longTarget = target.length > NAME_BYTES;
        if (!longName && !longTarget && fits(seconds) && fits(sizeBytes)) {
            return NONE;
        }
        ByteArrayOutputStream pax = new ByteArrayOutputStream();
        if ((longName && !isUtf8(name)) || (longTarget && !isUtf8(target))) {
            // POSIX takes pax values for UTF-8 unless this says that they are bytes.
            record(pax, "hdrcharset", ascii("BINARY"));
        }
        if (longTarget) {
            record(pax, "linkpath", target);
        }
        if (!fits(seconds)) {
            record(pax, "mtime", ascii(Long.toString(seconds)));
        }
        if (longName) {
            record(pax, "path", name);
        }
        if (!fits(sizeBytes)) {
            record(pax, "size", ascii(Long.toString(sizeBytes)));
        }
        return pax.toByteArray();
    }

    /** Where a name is cut into ustar's prefix and name; 0 when it needs no prefix, -1 when it does not fit. */
    private static int prefixLength(byte[] name) {
        if (name.length <= NAME_BYTES) {
            return 0;
        }
        for (int slash = Math.min(PREFIX_BYTES, name.length - 2); slash >= name.length - NAME_BYTES - 1; slash--) {
            if (slash > 0 && name[slash] == '/') {
                return slash;
            }
        }
        return -1;
    }

    private static byte[] ustar(byte[] name, int slash, char type, long sizeBytes, long seconds, byte[] target) {
        byte[] block = new byte[BLOCK];
        int nameFrom = slash > 0 ? slash + 1 : 0;
        System.arraycopy(name, nameFrom, block, 0, Math.min(NAME_BYTES, name.length - nameFrom));
        octal(block, 100, 7, type == '2' ? 0777 : 0644);
        octal(block, 108, 7, 0);
        octal(block, 116, 7, 0);
        octal(block, 124, 11, sizeBytes > MAX_OCTAL ? 0 : sizeBytes);
        octal(block, 136, 11, Math.max(0, Math.min(seconds, MAX_OCTAL)));
        block[156] = (byte) type;
        System.arraycopy(target, 0, block, 157, Math.min(NAME_BYTES, target.length));
        System.arraycopy(MAGIC_AND_VERSION, 0, block, 257, MAGIC_AND_VERSION.length);
        octal(block, 329, 7, 0);
        octal(block, 337, 7, 0);
        if (slash > 0) {
            System.arraycopy(name, 0, block, 345, slash);
        }
        octal(block, 148, 6, checksum(block));
        block[155] = ' ';
        return block;
    }

    /** The sum of a header's bytes with its own checksum field taken as spaces. */
    static int checksum(byte[] block) {
        int sum = 8 * ' ';
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? 0 : block[i] & 0xff;
        }
        return sum;
    }

    /** Digits, then the NUL that the zeroed block already holds. */
    private static void octal(byte[] block, int from, int digits, long value) {
        for (int i = from + digits - 1; i >= from; i--) {
            block[i] = (byte) ('0' + (value & 7));
            value >>>= 3;
        }
    }

    /** One pax record: its own length in decimal counts itself. */
    private static void record(ByteArrayOutputStream pax, String key, byte[] value) {
        int rest = 1 + key.length() + 1 + value.length + 1;
        int length = rest + Integer.toString(rest).length();
        if (rest + Integer.toString(length).length() != length) {
            length++;
        }
        pax.writeBytes(ascii(length + " " + key + "="));
        pax.writeBytes(value);
        pax.write('\n');
    }

    private static boolean isUtf8(byte[] bytes) {
        return Arrays.equals(bytes, new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
