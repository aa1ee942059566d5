package chasqui.inspection;

import chasqui.topology.DrainingPlace;
import java.time.Duration;
import java.util.List;

/** How everything stands, as text for people. */
public final class StatusText {
    private StatusText() {}

    /** Ends with a line end. */
    public static String of(Status status) {
        StringBuilder text = new StringBuilder("Chasqui at " + status.at() + "\n");
        section(text, "Stages", stages(status), "nothing was filed yet");
        section(text, "Queues", queues(status), "no work is waiting or under way");
        if (!status.running().isEmpty()) {
            section(text, "Running", running(status), "");
        }
        List<LinkStatus> stuck =
                status.links().stream().filter(LinkStatus::isStuck).toList();
        if (!stuck.isEmpty()) {
            section(text, "Links that do not move", LinkText.table(stuck), "");
        }
        section(text, "Copies", copies(status), "none");
        if (!status.draining().isEmpty()) {
            section(text, "Draining", draining(status), "");
        }
        long failed = status.failedCount();
        if (failed > 0) {
            section(text, "Failed for good: " + failed, failed(status), "");
        }
        if (status.waitingCount() > 0) {
            section(text, "Waiting: " + status.waitingCount(), waiting(status), "");
        }
        if (status.problemCount() > 0) {
            section(text, "Files that cannot be packaged: " + status.problemCount(), problems(status), "");
        }
        if (!status.notifications().isEmpty()) {
            section(text, "To be told", notices(status), "");
        }
        TextTable findings = NodeText.findings(status.nodes());
        if (!findings.isEmpty()) {
            section(text, NodeText.FAILED, findings, "");
        }
        section(text, "Nodes", NodeText.table(status.nodes()), "no process of this system has run yet");
        return text.toString();
    }

    private static void section(StringBuilder text, String title, TextTable table, String otherwise) {
        text.append('\n').append(title).append('\n');
        text.append(table.isEmpty() ? "  " + otherwise + "\n" : table.toString());
    }

    private static TextTable draining(Status status) {
        TextTable table = new TextTable("place", ">for", "left there", "why");
        for (DrainingPlace one : status.draining()) {
            table.row(
                    one.place(),
                    TextTable.age(Math.max(
                            0, Duration.between(one.since(), status.at()).toSeconds())),
                    one.isEmpty() ? "nothing: it can be switched off" : String.join(", ", one.left()),
                    (one.reason() == null ? "no reason given" : one.reason())
                            + (one.by() == null ? "" : " (" + one.by() + ")"));
        }
        return table;
    }

    private static TextTable stages(Status status) {
        TextTable table = new TextTable("stage", "", "of", "status", ">count", ">bytes");
        for (Status.StageCount one : status.stages()) {
            table.row(one.stage(), one.name(), one.what(), one.status(), one.count(), TextTable.bytes(one.bytes()));
        }
        return table;
    }

    private static TextTable queues(Status status) {
        TextTable table = new TextTable("queue", "status", ">count", ">oldest", ">done", ">of");
        for (Status.QueueCount one : status.queues()) {
            boolean moving = one.bytesTotal() > 0;
            table.row(
                    one.queue(),
                    one.status(),
                    one.count(),
                    TextTable.age(one.oldestSeconds()),
                    moving ? TextTable.bytes(one.bytesDone()) : "",
                    moving ? TextTable.bytes(one.bytesTotal()) : "");
        }
        return table;
    }

    private static TextTable running(Status status) {
        TextTable table =
                new TextTable("operation", "queue", "subject", "on", "phase", ">done", ">of", ">per second", ">left");
        for (Status.Running one : status.running()) {
            boolean measured = one.bytesTotal() > 0;
            table.row(
                    one.operation(),
                    one.queue(),
                    one.subject(),
                    one.node(),
                    one.phase() == null ? "" : one.phase(),
                    measured ? TextTable.bytes(one.bytesDone()) : "",
                    measured ? TextTable.bytes(one.bytesTotal()) : "",
                    one.bytesPerSecond() > 0 ? TextTable.bytes(one.bytesPerSecond()) : "",
                    one.secondsLeft() == null ? "" : TextTable.age(one.secondsLeft()));
        }
        return table;
    }

    private static TextTable copies(Status status) {
        TextTable table = new TextTable("location", "type", "of", "state", ">count", ">bytes");
        for (Status.CopyCount one : status.copies()) {
            table.row(
                    one.location(),
                    one.locationType(),
                    one.of(),
                    one.state(),
                    one.count(),
                    TextTable.bytes(one.bytes()));
        }
        return table;
    }

    private static TextTable failed(Status status) {
        TextTable table = new TextTable("operation", "queue", "subject", ">attempts", "at", "why", "what to do");
        for (Status.FailedOperation one : status.failed()) {
            table.row(
                    one.operation(),
                    one.queue(),
                    one.subject(),
                    one.attempts(),
                    one.failedAt(),
                    one.message(),
                    one.nextStep());
        }
        return table;
    }

    private static TextTable waiting(Status status) {
        TextTable table = new TextTable("what", "subject", "at", "since", "waits for");
        for (Status.Waiting one : status.waiting()) {
            table.row(one.what(), one.subject(), one.location(), one.since(), one.waitsFor());
        }
        return table;
    }

    private static TextTable problems(Status status) {
        TextTable table = new TextTable("location", "file", "problem");
        for (Status.Problem one : status.problems()) {
            table.row(one.location(), one.path(), one.problem());
        }
        return table;
    }

    private static TextTable notices(Status status) {
        TextTable table = new TextTable("level", ">times", "last", "what", "what to do");
        for (Status.Notice one : status.notifications()) {
            table.row(one.level(), one.occurrences(), one.lastAt(), one.message(), one.nextStep());
        }
        return table;
    }
}
