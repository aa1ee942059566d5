package chasqui.inspection;

/** A trace as text for people: what it is, where its copies lie, and its life line by line. */
public final class TraceText {
    private TraceText() {}

    /** Ends with a line end. */
    public static String of(Trace trace) {
        Trace.Subject subject = trace.subject();
        StringBuilder text = new StringBuilder(subject.kind() + " " + TextTable.clean(subject.name()) + "\n");
        line(text, "uuid", subject.uuid());
        line(text, "location", subject.location());
        line(text, "path", subject.path());
        line(text, "size", subject.sizeBytes() == null ? null : subject.sizeBytes() + " bytes");
        line(text, "xxh64", subject.xxh64());
        line(text, "sha256", subject.sha256());
        line(text, "state", subject.state());
        line(text, "problem", subject.problem());
        subject.facts().forEach((name, value) -> line(text, name.replace('_', ' '), value));
        if (!subject.kind().equals(TraceSearch.PACKAGE)) {
            trace.packages().forEach(one -> line(text, "package", one.name() + " (" + one.state() + ")"));
        }
        if (!subject.kind().equals(TraceSearch.TRANSFER_PACKAGE)) {
            trace.transferPackages().forEach(one -> line(text, "travels in", one.name()));
        }
        trace.transfers().stream()
                .filter(transfer -> transfer.waitsFor() != null && transfer.completedAt() == null)
                .forEach(transfer ->
                        line(text, "waits", "transfer to " + transfer.destination() + ": " + transfer.waitsFor()));
        text.append("\nCopies\n").append(copies(trace));
        text.append("\nLife\n").append(events(trace));
        if (trace.truncated()) {
            text.append("  … only the newest ").append(TraceRows.MOST).append(" of each kind are shown\n");
        }
        return text.toString();
    }

    /** Several things that have the name asked for. */
    public static String of(TraceAnswer answer) {
        TextTable table = new TextTable("uuid", "what", "location", "name");
        for (TraceAnswer.Candidate one : answer.candidates()) {
            table.row(one.uuid(), one.kind(), one.location(), one.name());
        }
        return "several things have this name; ask for one by its UUID:\n" + table;
    }

    private static void line(StringBuilder text, String name, String value) {
        if (value != null) {
            text.append(String.format("  %-12s %s%n", name, TextTable.clean(value)));
        }
    }

    private static String copies(Trace trace) {
        TextTable table = new TextTable("copy", "of", "location", "state", ">bytes", "verified", "checksum", "path");
        for (Trace.Copy copy : trace.copies()) {
            String state = copy.state()
                    + (copy.usedBy() > 0 ? ", used by " + copy.usedBy() : "")
                    + (copy.held() > 0 ? ", held" : "");
            table.row(
                    copy.id(),
                    copy.of(),
                    copy.location(),
                    state,
                    copy.sizeBytes(),
                    copy.verifiedAt(),
                    copy.checksum(),
                    copy.path());
        }
        return table.isEmpty() ? "  none\n" : table.toString();
    }

    private static String events(Trace trace) {
        TextTable table = new TextTable("time", "what", "where", "details");
        for (Trace.Event event : trace.events()) {
            table.row(event.at(), event.what(), event.where(), event.details());
        }
        return table.isEmpty() ? "  nothing yet\n" : table.toString();
    }
}
