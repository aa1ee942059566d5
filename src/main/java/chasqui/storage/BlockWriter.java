package chasqui.storage;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes the blocks of a stream into a new file: whole blocks past the cache where the file system can, so that large
 * packages do not push everything else out of memory, and the rest through it.
 */
final class BlockWriter implements BlockRing.Step, AutoCloseable {
    private final Path path;
    private final FileChannel plain;
    private FileChannel direct;

    private BlockWriter(Path path, FileChannel plain, FileChannel direct) {
        this.path = path;
        this.plain = plain;
        this.direct = direct;
    }

    /** @throws FinalNameTaken the file exists */
    static BlockWriter createNew(Path path) throws IOException {
        FileChannel plain = newFile(path);
        try {
            // Only now: creating with O_DIRECT where it is refused would leave a file and an error.
            return new BlockWriter(path, plain, openDirect(path));
        } catch (IOException | RuntimeException failure) {
            plain.close();
            Failures.removeTemporary(path, failure);
            throw failure;
        }
    }

    static FileChannel newFile(Path path) throws IOException {
        try {
            return FileChannel.open(
                    path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        } catch (FileAlreadyExistsException taken) {
            throw new FinalNameTaken(path);
        } catch (NoSuchFileException noFolder) {
            throw new StorageException(path + ": its folder does not exist; make it first", noFolder);
        } catch (IOException failure) {
            throw Failures.writing(path, failure);
        }
    }

    private static FileChannel openDirect(Path path) throws IOException {
        try {
            return FileChannel.open(
                    path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS, ExtendedOpenOption.DIRECT);
        } catch (UnsupportedOperationException | IOException failure) {
            if (Failures.refusesDirect(failure)) {
                return null;
            }
            throw failure;
        }
    }

    /** @throws StorageException no room, or the write failed; names the file */
    @Override
    public void take(long index, ByteBuffer block) throws IOException {
        long position = index * Slab.BLOCK_BYTES;
        try {
            if (direct == null || block.remaining() < Slab.BLOCK_BYTES || !writeDirect(block, position)) {
                writeFully(plain, block, position);
            }
        } catch (IOException failure) {
            throw Failures.writing(path, failure);
        }
    }

    /** False, with nothing written, when the file system will not have it this way. */
    private boolean writeDirect(ByteBuffer block, long position) throws IOException {
        try {
            writeFully(direct, block, position);
            return true;
        } catch (IOException failure) {
            if (!Failures.refusesDirect(failure)) {
                throw failure;
            }
            direct.close();
            direct = null;
            block.rewind();
            return false;
        }
    }

    private static void writeFully(FileChannel file, ByteBuffer block, long position) throws IOException {
        long from = position - block.position();
        while (block.hasRemaining()) {
            file.write(block, from + block.position());
        }
    }

    /** Makes all that was written durable. */
    void force() throws IOException {
        try {
            plain.force(true);
        } catch (IOException failure) {
            throw Failures.writing(path, failure);
        }
    }

    @Override
    public void close() throws IOException {
        try (plain) {
            if (direct != null) {
                direct.close();
            }
        }
    }
}
