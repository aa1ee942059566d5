package chasqui.inspection;

import java.util.List;

/** Links as text for people. */
public final class LinkText {
    private LinkText() {}

    /** Ends with a line end. */
    public static String of(List<LinkStatus> links) {
        TextTable table = table(links);
        return table.isEmpty() ? "no data goes from one site to another here\n" : table.toString();
    }

    static TextTable table(List<LinkStatus> links) {
        TextTable table =
                new TextTable("link", "method", ">under way", ">waiting", ">bytes", ">oldest", ">last hour", "state");
        for (LinkStatus link : links) {
            table.row(
                    link.name(),
                    link.method() == null ? "by storage" : link.method(),
                    link.running() + (link.concurrency() == null ? "" : " of " + link.concurrency()),
                    link.waiting(),
                    TextTable.bytes(link.waitingBytes()),
                    link.waiting() == 0 ? "" : TextTable.age(link.oldestWaitingSeconds()),
                    TextTable.bytes(link.bytesPerSecond()) + "/s",
                    says(link));
        }
        return table;
    }

    private static String says(LinkStatus link) {
        return link.state().equals("OPEN") && link.isStuck()
                ? "open, but nothing is under way: does a worker serve " + link.origin() + "?"
                : link.says();
    }
}
