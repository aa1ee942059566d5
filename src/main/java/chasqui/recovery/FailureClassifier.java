package chasqui.recovery;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.DatabaseTrouble;
import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.process.CommandMissing;
import chasqui.process.CommandNotStarted;
import chasqui.storage.IntegrityViolation;
import chasqui.storage.NotWritable;
import chasqui.storage.S3Failure;
import chasqui.storage.S3ObjectChanged;
import chasqui.storage.S3ObjectExists;
import chasqui.storage.S3ObjectStays;
import chasqui.storage.SourceChanged;
import chasqui.storage.StorageFull;
import chasqui.storage.TapeFailure;
import chasqui.storage.VictimChanged;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jdbi.v3.core.ConnectionException;

/** Says to whom an error is charged. The one place where exceptions of libraries become failures. */
public final class FailureClassifier {
    private static final int DEEPEST_CAUSE = 12;

    private FailureClassifier() {}

    /** Never throws; what it does not know is an item failure that is tried again. */
    public static Failure classify(Throwable error) {
        Throwable cause = error;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++, cause = cause.getCause()) {
            Failure known = known(cause);
            if (known != null) {
                return known;
            }
        }
        return new Failure(FailureKind.ITEM, true, describe(error));
    }

    private static Failure known(Throwable error) {
        if (error instanceof ChasquiException ours) {
            return Failure.of(ours);
        }
        if (error instanceof StorageFull) {
            return new Failure(FailureKind.LOCATION, true, error.getMessage());
        }
        if (error instanceof TapeFailure tape) {
            return new Failure(FailureKind.LOCATION, true, tape.getMessage());
        }
        if (error instanceof S3ObjectStays || error instanceof S3ObjectExists || error instanceof S3ObjectChanged) {
            return new Failure(FailureKind.ITEM, !(error instanceof S3ObjectStays), error.getMessage());
        }
        if (error instanceof S3Failure s3) {
            if (s3.interrupted()) {
                return interrupted();
            }
            return new Failure(chargedTo(s3), true, s3.getMessage());
        }
        if (error instanceof CommandMissing || error instanceof CommandNotStarted) {
            return new Failure(FailureKind.PLATFORM, true, error.getMessage());
        }
        if (error instanceof IntegrityViolation || error instanceof SourceChanged || error instanceof VictimChanged) {
            return new Failure(FailureKind.ITEM, true, error.getMessage());
        }
        if (error instanceof InterruptedException
                || error instanceof ClosedByInterruptException
                || error instanceof InterruptedIOException) {
            return interrupted();
        }
        if (error instanceof ConnectionException || DatabaseTrouble.in(error)) {
            return new Failure(
                    FailureKind.PLATFORM,
                    true,
                    DatabaseTrouble.lock(error)
                            .orElseGet(() -> "the database did not answer as it should: " + error.getMessage()));
        }
        if (error instanceof NotWritable) {
            return new Failure(FailureKind.LOCATION, true, error.getMessage());
        }
        if (error instanceof AccessDeniedException || error instanceof NoSuchFileException) {
            return new Failure(FailureKind.ITEM, true, describe(error));
        }
        if (error instanceof FileSystemException || saysMountIsGone(error)) {
            return new Failure(FailureKind.LOCATION, true, describe(error));
        }
        return null;
    }

    /** A refusal of one object says nothing of the next one; it is tried a few times, as the store may have been confused. */
    private static FailureKind chargedTo(S3Failure s3) {
        if (s3.noAnswer()) {
            return FailureKind.LINK;
        }
        return s3.isOfOneObject() ? FailureKind.ITEM : FailureKind.LOCATION;
    }

    /** On an open file the JDK has no type for ESTALE and ENOTCONN, only the C library's words. */
    private static boolean saysMountIsGone(Throwable error) {
        String said = String.valueOf(error.getMessage());
        return error instanceof IOException
                && (said.contains("Stale file handle") || said.contains("Transport endpoint is not connected"));
    }

    /** The thread was told to stop, whatever the error says that came of it. */
    static Failure interrupted() {
        return new Failure(FailureKind.PLATFORM, true, "the work was interrupted; it will be tried again");
    }

    private static String describe(Throwable error) {
        if (error instanceof FileSystemException file) {
            String what = file.getReason() == null ? file.getClass().getSimpleName() : file.getReason();
            return file.getFile() + ": " + what;
        }
        return error.getMessage() == null
                ? error.toString()
                : error.getClass().getSimpleName() + ": " + error.getMessage();
    }
}
