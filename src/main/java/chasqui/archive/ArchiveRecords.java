package chasqui.archive;

import chasqui.catalogue.Copies;
import chasqui.catalogue.CopyOf;
import chasqui.catalogue.NewCopy;
import chasqui.catalogue.ReadMode;
import chasqui.catalogue.Subjects;
import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.catalogue.Verifications;
import chasqui.notification.OtherBytes;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.Finished;
import chasqui.pipeline.PackageState;
import chasqui.pipeline.WorkStatus;
import chasqui.storage.FileFacts;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What the arrival of a package in an archive changes. */
final class ArchiveRecords {
    private ArchiveRecords() {}

    static void archived(Handle tx, Finished work, Archived archived) {
        Archived.At at = archived.at();
        FileFacts facts = archived.stored().facts();
        String sha256 = archived.digest().sha256().toString();
        long copy = Copies.addOrRenew(
                tx,
                new NewCopy(
                        CopyOf.RAW_DATA_PACKAGE,
                        at.packageId(),
                        at.archiveId(),
                        at.path(),
                        CopyState.PRESENT,
                        archived.digest().sizeBytes(),
                        sha256,
                        facts == null ? null : facts.modified(),
                        facts == null ? null : facts.fileKey(),
                        true));
        ReadMode mode = archived.stored().mode();
        if (archived.provenAt() == null) {
            Verifications.ofWork(tx, copy, work, mode, sha256, sha256, archived.node());
        } else {
            Verifications.record(tx, copy, work.id(), mode, sha256, sha256, archived.node(), archived.provenAt());
        }
        List<Long> one = List.of(at.packageId());
        // Whatever befell its copy at another buffer: it is in an archive now.
        Subjects.changeState(tx, one, PackageState.FAILED, PackageState.WAITING);
        Subjects.changeState(tx, one, PackageState.WAITING, PackageState.ARCHIVED);
        Subjects.changeState(tx, one, PackageState.TRANSFERRING, PackageState.ARCHIVED);
        if (archived.dataTransferId() != null) {
            Arrivals.completed(tx, archived.dataTransferId(), at.archiveId(), copy);
        }
        long way = work.subjectId();
        Subjects.LONG_TERM_ARCHIVE_TRANSFER.change(tx, way, WorkStatus.IN_PROGRESS, WorkStatus.COMPLETED);
        ArchiveRepository.completed(tx, way);
        Uses.release(tx, UseBy.LONG_TERM_ARCHIVE_TRANSFER, List.of(way));
        OtherBytes.tell(tx, at.archive(), at.path(), archived.stored().aside());
        OtherBytes.tell(tx, at.archive(), at.sidecarPath(), archived.sidecarAside());
    }
}
