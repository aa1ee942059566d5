package chasqui.unpacking;

import chasqui.catalogue.Copies;
import chasqui.catalogue.CopyOf;
import chasqui.catalogue.NewCopy;
import chasqui.catalogue.Subjects;
import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.catalogue.Verifications;
import chasqui.notification.OtherBytes;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.Finished;
import chasqui.pipeline.WorkStatus;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What the end of an unpacking changes. */
final class UnpackingRecords {
    private UnpackingRecords() {}

    static void unpacked(Handle tx, Finished work, Unpacked unpacked) {
        long transfer = work.subjectId();
        if (unpacked.relayed()) {
            sendOn(tx, transfer, unpacked, addTransferPackage(tx, work, unpacked));
            return;
        }
        Long sendOnFrom = null;
        for (Unpacked.Placed one : unpacked.packages()) {
            long copy = addCopy(tx, work, unpacked, CopyOf.RAW_DATA_PACKAGE, one);
            sendOnFrom = unpacked.transferPackageId() == null ? copy : null;
        }
        if (unpacked.transferPackage() != null) {
            sendOnFrom = addTransferPackage(tx, work, unpacked);
        }
        if (sendOnFrom != null) {
            long copy = sendOnFrom;
            Uses.move(
                    tx,
                    UseBy.DATA_TRANSFER,
                    UnpackingRepository.letSecondariesGo(
                                    tx, transfer, unpacked.at().destinationId())
                            .stream()
                            .map(id -> new Uses.Intent(id, copy))
                            .toList());
        }
        Subjects.DATA_TRANSFER.change(tx, transfer, WorkStatus.IN_PROGRESS, WorkStatus.COMPLETED);
        UnpackingRepository.completed(tx, transfer);
        Uses.release(tx, UseBy.DATA_TRANSFER, List.of(transfer));
    }

    /** From here on the transfer reads the relay's copy, and stage 3 finds it as it found it at its origin. */
    private static void sendOn(Handle tx, long transfer, Unpacked unpacked, long copy) {
        Uses.move(tx, UseBy.DATA_TRANSFER, List.of(new Uses.Intent(transfer, copy)));
        UnpackingRepository.hopped(tx, transfer, unpacked.sendCount());
        Subjects.DATA_TRANSFER.change(tx, transfer, WorkStatus.IN_PROGRESS, WorkStatus.PENDING);
    }

    private static long addTransferPackage(Handle tx, Finished work, Unpacked unpacked) {
        return addCopy(tx, work, unpacked, CopyOf.DATA_TRANSFER_PACKAGE, unpacked.transferPackage());
    }

    private static long addCopy(Handle tx, Finished work, Unpacked unpacked, CopyOf of, Unpacked.Placed placed) {
        Proven proven = placed.proven();
        String checksum = proven.digest().xxHash64().toString();
        long copy = Copies.addOrRenew(
                tx,
                new NewCopy(
                        of,
                        placed.id(),
                        unpacked.at().destinationId(),
                        placed.path().encoded(),
                        CopyState.PRESENT,
                        proven.facts().sizeBytes(),
                        checksum,
                        proven.facts().modified(),
                        proven.facts().fileKey(),
                        true));
        Verifications.ofWork(tx, copy, work, proven.mode(), checksum, checksum, unpacked.node());
        OtherBytes.tell(tx, unpacked.at().destination(), placed.path().readable(), proven.aside());
        return copy;
    }
}
