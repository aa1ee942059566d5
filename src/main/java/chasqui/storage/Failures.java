package chasqui.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Turns what the JDK says about a failed access into what this package says. */
final class Failures {
    /** The C library's words for EROFS, EIO, ESTALE, ENOTCONN and ENODEV. */
    private static final List<String> PLACE_IS_BROKEN = List.of(
            "Read-only file system",
            "Input/output error",
            "Stale file handle",
            "Transport endpoint is not connected",
            "No such device");

    private Failures() {}

    /** Names the cause of a failed write: no room, interrupted, or what and where. */
    static StorageException writing(Path path, IOException failure) {
        if (failure instanceof StorageException known) {
            return known;
        }
        if (saysInterrupted(failure)) {
            return new WorkInterrupted(failure);
        }
        if (saysFull(failure)) {
            return new StorageFull(path, failure);
        }
        String message = path + ": cannot be written: " + reason(failure);
        return saysNotWritable(failure) ? new NotWritable(message, failure) : new StorageException(message, failure);
    }

    /** As {@link #writing}, of a second name for a file that perhaps another user wrote: bbcp, at the end it was sent to. */
    static StorageException linking(Path name, Path file, IOException failure) {
        if (!reason(failure).contains("Operation not permitted")) {
            return writing(name, failure);
        }
        String owner;
        try {
            owner = Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).getName();
        } catch (IOException | UnsupportedOperationException unknown) {
            owner = "another user";
        }
        return new NotWritable(
                name + ": cannot be made a name of " + file + ", which belongs to " + owner + " while this is "
                        + System.getProperty("user.name") + ": the kernel (fs.protected_hardlinks) allows it only to a"
                        + " file's owner and to who may write to it; let the same user write and work at this location",
                failure);
    }

    /** Names a failed read. What says itself which file it means, or that the thread was interrupted, stays as it is. */
    static IOException reading(Path path, IOException failure) {
        if (failure instanceof StorageException || failure instanceof FileSystemException) {
            return failure;
        }
        if (saysInterrupted(failure)) {
            return new WorkInterrupted(failure);
        }
        return new StorageException(path + ": cannot be read: " + reason(failure), failure);
    }

    /** What an I/O error says, without the path that its message usually begins with. */
    static String reason(IOException failure) {
        if (failure instanceof FileSystemException at && at.getReason() != null) {
            return at.getReason();
        }
        if (failure instanceof NoSuchFileException) {
            return "does not exist";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof FileAlreadyExistsException) {
            return "exists already";
        }
        return failure instanceof FileSystemException || failure.getMessage() == null
                ? failure.getClass().getSimpleName()
                : failure.getMessage();
    }

    /** Whether a file system, or the JDK for it, will not do direct I/O on a file that is otherwise fine. */
    static boolean refusesDirect(Exception failure) {
        return failure instanceof UnsupportedOperationException
                || (failure instanceof IOException io
                        && !(io instanceof StorageException)
                        && (reason(io).contains("Invalid argument")
                                || reason(io).contains("not supported")
                                || reason(io).contains("multiple of the block size")));
    }

    /** Removes what was half done, and names a failure that nobody has named yet. */
    static IOException afterRemoving(Path temporary, Path source, IOException failure) {
        removeTemporary(temporary, failure);
        return reading(source, failure);
    }

    /** Removes what was half done; a failure to do so is told along with its reason. */
    static void removeTemporary(Path temporary, Throwable because) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException leftBehind) {
            because.addSuppressed(leftBehind);
        }
    }

    private static boolean saysNotWritable(IOException failure) {
        String said = reason(failure);
        return failure instanceof AccessDeniedException
                || PLACE_IS_BROKEN.stream().anyMatch(said::contains);
    }

    private static boolean saysInterrupted(IOException failure) {
        return failure instanceof ClosedByInterruptException || failure instanceof InterruptedIOException;
    }

    /** The JDK has no type for ENOSPC and EDQUOT, only the C library's words; the launcher keeps those in English. */
    private static boolean saysFull(IOException failure) {
        String said = reason(failure);
        return said.contains("No space left on device") || said.contains("quota exceeded");
    }
}
