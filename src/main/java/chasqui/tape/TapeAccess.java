package chasqui.tape;

import chasqui.pipeline.Backoff;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.pipeline.NotYet;
import chasqui.storage.Checksum;
import chasqui.storage.PackageDigest;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadBackResult;
import chasqui.storage.TapeLibrary;
import chasqui.storage.TapeState;
import chasqui.storage.Temporaries;
import chasqui.topology.DataLocation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;

/**
 * One archive on tape, for the work of one lease after the other. Its commands have limits of their own, so that a
 * silent one keeps the lease alive until it is ended.
 */
public final class TapeAccess {
    /** A command is looked at twenty times a second: only a worker that hangs itself is silent for so long. */
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private final DataLocation location;
    private final TapeLibrary library;
    private final Backoff looks;

    TapeAccess(DataLocation location, TapeLibrary library, Backoff looks) {
        this.location = location;
        this.library = library;
        this.looks = looks;
    }

    /**
     * Whether a name is on tape.
     *
     * @throws NotYet it is on its way there
     */
    public boolean holds(String name, Lease lease) throws IOException {
        TapeState state = state(name, lease);
        if (state == TapeState.PENDING) {
            throw new NotYet("waiting for tape: " + location + " says PENDING of " + name, looks);
        }
        return state.isOnTape();
    }

    /** Where a name is now. */
    public TapeState state(String name, Lease lease) throws IOException {
        lease.phase("asking the tape library", 0, SILENCE);
        return library.query(name, lease::advance);
    }

    /** Hands a file over to the library. */
    public void archive(Path file, String name, PackageDigest digest, Lease lease) throws IOException {
        lease.phase("storing", digest.sizeBytes(), SILENCE);
        library.archive(file, name, digest, lease::advance);
        lease.advance(digest.sizeBytes());
    }

    /**
     * Reads what is on tape: by the library's own checksum command, or by recalling it to our disk for a moment.
     *
     * @return SHA-256 of what is there
     */
    public Checksum read(String name, long sizeBytes, Lease lease) throws IOException {
        lease.phase("reading back", sizeBytes, SILENCE);
        Optional<Checksum> told = library.checksum(name, sizeBytes, lease::advance);
        if (told.isPresent()) {
            lease.advance(sizeBytes);
            return told.get();
        }
        try (Temporaries temporaries = temporaries(sizeBytes, lease)) {
            Path back = temporaries.name("read");
            recall(name, back, sizeBytes, lease);
            return readBack(back, sizeBytes, lease).sha256OrNull();
        }
    }

    /** Reads what came back. */
    public ReadBackResult readBack(Path file, long sizeBytes, Lease lease) throws IOException {
        lease.phase("reading back", sizeBytes, SILENCE);
        return ReadBack.read(file, true, lease::advance);
    }

    /** A small document that is on tape; the caller closes it, and then nothing of it is left on our disk. */
    public InputStream open(String name, Lease lease) throws IOException {
        try (Temporaries temporaries = temporaries(0, lease)) {
            Path back = temporaries.name("document");
            recall(name, back, 0, lease);
            // The name goes at once; the bytes go when the stream is closed.
            return Files.newInputStream(back, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        }
    }

    /** Brings what is on tape into a file of our own. */
    public void recall(String name, Path file, long sizeBytes, Lease lease) throws IOException {
        lease.phase("recalling", sizeBytes, SILENCE);
        library.recall(name, file, sizeBytes, lease::advance);
    }

    /**
     * The folder on a disk for what comes back.
     *
     * @throws ChasquiException (location, retryable) it is not there
     */
    public Path recallRoot() {
        Path root = location.tape().recallRoot();
        if (!Files.isDirectory(root)) {
            throw new ChasquiException(
                    FailureKind.LOCATION,
                    true,
                    location + ": the folder for what comes back from tape, " + root
                            + ", is not there; mount it or correct recall_root, work then goes on");
        }
        return root;
    }

    /**
     * Names for what comes back and is not finished.
     *
     * @throws ChasquiException (location, retryable) there is no room for so many bytes
     */
    public Temporaries temporaries(long sizeBytes, Lease lease) throws IOException {
        Path root = recallRoot();
        Temporaries temporaries = Temporaries.begin(root, lease.operation().id(), lease.token());
        long free = Files.getFileStore(root).getUsableSpace();
        if (free < sizeBytes) {
            throw new ChasquiException(
                    FailureKind.LOCATION,
                    true,
                    "%s: %d bytes are to come back from tape and %s has room for %d; work goes on when there is more"
                            .formatted(location, sizeBytes, root, free));
        }
        return temporaries;
    }
}
