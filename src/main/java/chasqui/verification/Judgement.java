package chasqui.verification;

import chasqui.catalogue.Copies;
import chasqui.catalogue.Verifications;
import chasqui.notification.Notifications;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.Finished;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What a reading says about its copy. */
final class Judgement {
    private Judgement() {}

    static void of(Handle tx, Finished work, Verified verified) {
        Absences.forget(tx, verified.copy().copyId());
        if (verified.reading() == null) {
            missing(tx, verified);
        } else {
            judge(tx, work, verified);
        }
    }

    private static void judge(Handle tx, Finished work, Verified verified) {
        VerificationRepository.ToVerify copy = verified.copy();
        ArchivedCopies.Reading reading = verified.reading();
        String expected = copy.checksum().toString();
        String actual = reading.checksumLike(copy.checksum()).toString();
        Verifications.ofWork(tx, copy.copyId(), work, reading.mode(), expected, actual, verified.node());
        if (actual.equals(expected) && Verifications.doubtedSince(tx, copy.copyId(), work)) {
            raise(
                    tx,
                    Notifications.Level.WARNING,
                    "suspect",
                    verified,
                    "was right in a reading that others have found wrong since; it is read once more",
                    "nothing yet");
        } else if (actual.equals(expected)) {
            Copies.change(tx, List.of(copy.copyId()), CopyState.SUSPECT, CopyState.PRESENT);
        } else if (copy.state() == CopyState.PRESENT) {
            Copies.change(tx, List.of(copy.copyId()), CopyState.PRESENT, CopyState.SUSPECT);
            raise(
                    tx,
                    Notifications.Level.WARNING,
                    "suspect",
                    verified,
                    "was read as " + actual + " instead of " + expected + "; it is read once more",
                    "nothing yet");
        } else {
            Copies.change(tx, List.of(copy.copyId()), CopyState.SUSPECT, CopyState.CORRUPT);
            raise(
                    tx,
                    Notifications.Level.ERROR,
                    "corrupt",
                    verified,
                    "was read as " + actual + " instead of " + expected
                            + " for the second time; it is CORRUPT and no evidence for deleting another",
                    "look at the archive's hardware, and bring the package back from another archive");
        }
    }

    private static void missing(Handle tx, Verified verified) {
        VerificationRepository.ToVerify copy = verified.copy();
        Copies.change(tx, List.of(copy.copyId()), copy.state(), CopyState.MISSING);
        raise(
                tx,
                Notifications.Level.ERROR,
                "missing",
                verified,
                "is not there any more, although its archive is; it is MISSING and no evidence for deleting another",
                "find out who removed it, and bring the package back from another archive");
    }

    private static void raise(
            Handle tx, Notifications.Level level, String cause, Verified verified, String what, String nextStep) {
        VerificationRepository.ToVerify copy = verified.copy();
        String archive = verified.archive();
        Notifications.raise(
                tx,
                level,
                "archived-copy-" + cause + ":" + archive,
                "archived copy " + archive + ":" + copy.path() + " of " + copy.packageName() + " " + what,
                nextStep);
    }
}
