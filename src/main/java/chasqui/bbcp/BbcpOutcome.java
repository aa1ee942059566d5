package chasqui.bbcp;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/**
 * Says why a run of bbcp failed, and to whom it is charged. bbcp's code is an errno, or its negative in a byte, or one of
 * a few others, and its words change: so both ends are looked at, the code decides only where the look shows nothing, and
 * the words are for people.
 */
public final class BbcpOutcome {
    /** ENOSPC, EDQUOT, and what remains of them when bbcp negates them. */
    private static final Set<Integer> FULL = Set.of(28, 256 - 28, 122, 256 - 122);

    /** EACCES, EROFS. */
    private static final Set<Integer> NOT_ALLOWED = Set.of(13, 256 - 13, 30, 256 - 30);

    /** EEXIST, and what bbcp makes of it. */
    private static final Set<Integer> TAKEN = Set.of(17, 256 - 17, 22, 256 - 22);

    /** The mode of a file until all of it is written. */
    private static final Set<PosixFilePermission> UNFINISHED = Set.of(PosixFilePermission.OWNER_WRITE);

    private static final int TIME_LIMIT_OR_BROKEN = 128;

    private final BbcpCommand command;
    private final BbcpResult result;
    private final String what;

    private BbcpOutcome(BbcpCommand command, BbcpResult result, String what) {
        this.command = command;
        this.result = result;
        this.what = what;
    }

    /**
     * Looks at both ends.
     *
     * @param what was sent, for the message
     * @return what to throw; every failure but the file's own is tried again without limit. Empty: all bytes have arrived
     *     nevertheless, as when bbcp hangs after its work, which it sometimes does
     * @throws InterruptedException this thread was interrupted while it looked
     */
    public static Optional<ChasquiException> explain(BbcpCommand command, BbcpResult result, String what)
            throws IOException, InterruptedException {
        return new BbcpOutcome(command, result, what).explain();
    }

    private Optional<ChasquiException> explain() throws IOException, InterruptedException {
        BbcpEnd remote = command.remote();
        ChasquiException reason = null;
        if (remote != null) {
            RemoteLook look = RemoteLook.at(remote, command.options());
            if (remote == command.target() && mayHaveArrived() && look.isComplete(command.sizeBytes())) {
                return Optional.empty();
            }
            reason = remote(remote, look);
        }
        if (command.target().isHere()
                && mayHaveArrived()
                && isComplete(command.target().path())) {
            return Optional.empty();
        }
        reason = reason == null ? here() : reason;
        return Optional.of(reason == null ? byCode() : reason);
    }

    /** Not when the name was taken before: then the file there is somebody else's. */
    private boolean mayHaveArrived() {
        return !TAKEN.contains(result.exit());
    }

    private boolean isComplete(Path target) throws IOException {
        return Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)
                && Files.size(target) == command.sizeBytes()
                && !Files.getPosixFilePermissions(target).equals(UNFINISHED);
    }

    private ChasquiException byCode() {
        if (result.stalled()) {
            return link("no byte has moved for too long; bbcp was ended");
        }
        if (FULL.contains(result.exit())) {
            return location(command.target(), "has no room for " + command.sizeBytes() + " bytes");
        }
        if (NOT_ALLOWED.contains(result.exit())) {
            return location(command.target(), "cannot be written to");
        }
        if (result.exit() == TIME_LIMIT_OR_BROKEN) {
            return link("bbcp gave up in the middle: the connection broke, or "
                    + command.longest().toSeconds() + " s were not enough");
        }
        return link("both ends look well, but bbcp failed (code " + result.exit() + ")");
    }

    private ChasquiException remote(BbcpEnd end, RemoteLook look) {
        Optional<String> problem = look.problem(end, command.options());
        if (problem.isPresent()) {
            return link(problem.get());
        }
        if (!look.is("folder")) {
            return location(end, "is not there: " + end.path().getParent() + "; mount or make it");
        }
        return end == command.target() ? targetThere(end, look) : sourceThere(end, look);
    }

    private ChasquiException targetThere(BbcpEnd end, RemoteLook look) {
        if (!look.is("writable")) {
            return location(end, "cannot be written to: " + end.path().getParent());
        }
        if (look.freeBytes() >= 0 && look.freeBytes() < command.sizeBytes()) {
            return location(end, "has " + look.freeBytes() + " bytes free for " + command.sizeBytes());
        }
        return null;
    }

    private ChasquiException sourceThere(BbcpEnd end, RemoteLook look) {
        if (!look.is("file")) {
            return item(end + " is not there, although its folder is");
        }
        return look.is("readable") ? null : location(end, "cannot be read: " + end.path());
    }

    private ChasquiException here() throws IOException {
        if (command.target().isHere()) {
            Path folder = command.target().path().getParent();
            if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
                return location(command.target(), "is not there or cannot be written to: " + folder);
            }
            FileStore store = Files.getFileStore(folder);
            if (store.getUsableSpace() < command.sizeBytes()) {
                return location(
                        command.target(), "has " + store.getUsableSpace() + " bytes free for " + command.sizeBytes());
            }
        }
        if (command.source().isHere() && Files.notExists(command.source().path())) {
            return item(command.source() + " is not there");
        }
        return null;
    }

    private ChasquiException item(String why) {
        return failure(FailureKind.ITEM, why);
    }

    private ChasquiException location(BbcpEnd end, String why) {
        return failure(FailureKind.LOCATION, (end.isHere() ? "this end " : end.host() + " ") + why);
    }

    private ChasquiException link(String why) {
        return failure(FailureKind.LINK, why);
    }

    private ChasquiException failure(FailureKind kind, String why) {
        return new ChasquiException(
                kind, true, what + ": " + why + " (code " + result.exit() + "; " + result.said() + ")");
    }
}
