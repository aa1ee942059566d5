package chasqui.inspection;

import chasqui.inspection.Trace.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Tells the rows of a trace once more as one story in order of time. */
final class Story {
    private final List<Event> events = new ArrayList<>();

    private Story() {}

    static Trace told(Trace known, List<Instant> filed) {
        Story story = new Story();
        filed.forEach(at -> story.add(at, "filed", known.subject().location(), checksums(known)));
        known.packages().forEach(story::packed);
        known.transferPackages().forEach(story::transferPackage);
        known.copies().forEach(story::copy);
        known.verifications().forEach(story::verification);
        known.transfers().forEach(story::transfer);
        known.archiveTransfers().forEach(story::archiveTransfer);
        known.stagingJobs().forEach(story::stagingJob);
        known.deletions().forEach(story::deletion);
        known.operations().forEach(story::operation);
        story.events.sort(Comparator.comparing(Event::at));
        boolean truncated = java.util.stream.Stream.of(
                        known.packages(), known.copies(), known.verifications(), known.operations(), known.deletions())
                .anyMatch(rows -> rows.size() >= TraceRows.MOST);
        return new Trace(
                known.subject(),
                known.packages(),
                known.transferPackages(),
                known.copies(),
                known.verifications(),
                known.transfers(),
                known.archiveTransfers(),
                known.stagingJobs(),
                known.deletions(),
                known.operations(),
                List.copyOf(story.events),
                truncated);
    }

    private static String checksums(Trace known) {
        return known.subject().sizeBytes() + " bytes, " + known.subject().xxh64() + ", "
                + known.subject().sha256();
    }

    private void packed(Trace.Packed packed) {
        add(packed.createdAt(), "package begun", "", packed.name() + ", " + packed.fileCount() + " files");
        add(packed.packagedAt(), "packed", "", packed.name() + ", " + packed.xxh64() + ", " + packed.sha256());
        add(packed.archivedAt(), "archived", "", packed.name());
    }

    private void transferPackage(Trace.TransferPackage one) {
        add(one.createdAt(), "transfer package begun", "", one.name() + ", " + one.packageCount() + " packages");
        add(one.assembledAt(), "transfer package assembled", "", one.name() + ", " + one.xxh64());
    }

    private void copy(Trace.Copy copy) {
        String what = "copy " + copy.id() + " of the " + copy.of() + ": " + copy.path() + ", " + copy.checksum();
        add(copy.createdAt(), "copy registered", copy.location(), what);
        add(copy.deletedAt(), "copy deleted", copy.location(), what);
    }

    private void verification(Trace.Verification one) {
        String found = one.good() ? one.found() : "expected " + one.expected() + ", found " + one.found();
        add(
                one.at(),
                one.good() ? "verified" : "verification failed",
                one.location(),
                "copy " + one.copy() + ", " + found + ", read " + one.readMode() + " by " + one.node());
    }

    private void transfer(Trace.Transfer one) {
        String what = one.transferPackage() + (one.primary() ? ", primary" : ", secondary");
        add(one.createdAt(), "transfer recorded", one.destination(), what);
        add(one.sentAt(), "sent", one.destination(), what + ", by " + one.method());
        add(one.completedAt(), "transfer completed", one.destination(), what);
    }

    private void archiveTransfer(Trace.ArchiveTransfer one) {
        add(one.createdAt(), "archiving recorded", one.location(), one.packageName());
        add(one.completedAt(), "archiving completed", one.location(), one.packageName());
    }

    private void stagingJob(Trace.StagingJob one) {
        String why = one.reason() == null ? "" : ": " + one.reason();
        add(one.createdAt(), "staging requested", one.location(), one.packageName() + " by " + one.requestedBy() + why);
        add(one.stagedAt(), "staged", one.location(), one.packageName());
        add(one.releasedAt(), "staging released", one.location(), one.packageName());
    }

    private void deletion(Trace.Deletion one) {
        add(one.decidedAt(), "deletion proven", one.location(), "copy " + one.copy() + " by rule " + one.rule());
        add(
                one.finishedAt(),
                "deletion " + one.outcome(),
                one.location(),
                "copy " + one.copy() + (one.message() == null ? "" : ": " + one.message()));
    }

    private void operation(Trace.Operation one) {
        String name = "operation " + one.id() + " (" + one.queue() + ")";
        add(one.createdAt(), "operation recorded", "", name);
        for (Trace.Attempt attempt : one.attempts()) {
            add(attempt.startedAt(), "attempt begun", "", name + " by " + attempt.node());
            add(
                    attempt.endedAt(),
                    "attempt " + attempt.outcome(),
                    "",
                    name + ", " + attempt.bytesDone() + " bytes"
                            + (attempt.message() == null ? "" : ": " + attempt.message()));
        }
        if (one.status().equals("IN_PROGRESS")) {
            add(one.claimedAt(), "attempt begun", "", name + " by " + one.node() + ", still at it");
        }
    }

    private void add(Instant at, String what, String where, String details) {
        if (at != null) {
            events.add(new Event(at, what, where, details));
        }
    }
}
