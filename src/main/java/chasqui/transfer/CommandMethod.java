package chasqui.transfer;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.storage.DurableFiles;
import chasqui.storage.IntegrityViolation;
import chasqui.storage.Placement;
import chasqui.storage.ReadBack;
import chasqui.storage.ReadBackResult;
import chasqui.storage.TapeFailure;
import chasqui.storage.TapeState;
import chasqui.storage.Temporaries;
import chasqui.tape.TapeAccess;
import chasqui.tape.Tapes;
import chasqui.topology.DataLocation;
import chasqui.topology.DiskRoot;
import chasqui.topology.StorageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Method {@code command}: between a folder and a tape library that this machine sees both, through the site's commands.
 * What was accepted for tape has arrived; whether it is on tape, and right, is proven there.
 */
public final class CommandMethod implements ByteMover {
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private final Tapes tapes;

    public CommandMethod(Tapes tapes) {
        this.tapes = tapes;
    }

    @Override
    public void move(Lease lease, Transfer transfer) throws IOException {
        try {
            between(lease, transfer);
        } catch (TapeFailure failure) {
            throw new ChasquiException(FailureKind.LOCATION, true, transfer + ": " + failure.getMessage(), failure);
        }
    }

    private void between(Lease lease, Transfer transfer) throws IOException {
        if (isDisk(transfer.origin()) && transfer.originIsHere() && isTape(transfer.destination())) {
            archive(lease, transfer);
        } else if (isTape(transfer.origin()) && isDisk(transfer.destination()) && transfer.destinationIsHere()) {
            recall(lease, transfer);
        } else {
            throw new ChasquiException(
                    FailureKind.ITEM,
                    false,
                    transfer
                            + ": the commands of a tape library want a file on a disk that this machine sees at the other"
                            + " end; let the transfer route pull, or go over a buffer, then retry");
        }
    }

    private static boolean isDisk(DataLocation location) {
        return location.storage() == StorageType.DISK;
    }

    private static boolean isTape(DataLocation location) {
        return location.storage() == StorageType.TAPE;
    }

    private void archive(Lease lease, Transfer transfer) throws IOException {
        DiskRoot.require(transfer.origin());
        TapeAccess tape = tapes.at(transfer.destination());
        String name = transfer.incomingName();
        if (tape.state(name, lease) != TapeState.ABSENT) {
            // An attempt that died handed it over, or a stranger has the name: either is found out when it is proven.
            return;
        }
        if (!Files.isRegularFile(transfer.source())) {
            throw DiskRoot.missing(transfer.origin(), transfer.source(), transfer.toString());
        }
        // What goes to tape cannot be taken back.
        require(transfer, transfer.source() + " as it was read", read(lease, transfer, transfer.source()));
        lease.requireHeld();
        tape.archive(transfer.source(), name, transfer.digest(), lease);
        if (tape.state(name, lease) == TapeState.ABSENT) {
            throw new ChasquiException(
                    FailureKind.LOCATION,
                    true,
                    "%s: the archive command ended well, but the query command says ABSENT of %s; look at the library"
                            .formatted(transfer.destination(), name));
        }
    }

    private void recall(Lease lease, Transfer transfer) throws IOException {
        Path root = DiskRoot.require(transfer.destination());
        TapeAccess tape = tapes.at(transfer.origin());
        String name = transfer.originPath().encoded();
        long bytes = transfer.digest().sizeBytes();
        try (Temporaries temporaries = Temporaries.begin(root, lease.operation().id(), lease.token())) {
            if (CopyMethod.isThere(lease, root, transfer)) {
                return;
            }
            if (!tape.holds(name, lease)) {
                throw new ChasquiException(
                        FailureKind.ITEM, true, transfer + ": " + transfer.origin() + " says ABSENT of " + name);
            }
            Path temporary = temporaries.name("incoming");
            tape.recall(name, temporary, bytes, lease);
            DurableFiles.makeDurable(root, temporary);
            require(transfer, name + " as it came back from tape", read(lease, transfer, temporary));
            lease.requireHeld();
            Placement.place(root, temporary, transfer.incoming(), transfer.digest(), ignored -> lease.advance(0));
        }
    }

    private static ReadBackResult read(Lease lease, Transfer transfer, Path file) throws IOException {
        lease.phase("reading", transfer.digest().sizeBytes(), SILENCE);
        return ReadBack.read(file, transfer.digest().sha256() != null, lease::advance);
    }

    private static void require(Transfer transfer, String what, ReadBackResult found) throws IntegrityViolation {
        if (!found.holds(transfer.digest())) {
            throw new IntegrityViolation(
                    transfer + ": " + what, "whole package", transfer.digest().toString(), found.toString());
        }
    }
}
