package chasqui.inspection;

import java.util.List;

/** Queues as text for people. */
public final class QueueText {
    private QueueText() {}

    /** Ends with a line end. */
    public static String of(List<QueueStatus> queues) {
        TextTable table = table(queues);
        return table.isEmpty() ? "there are no queues: the topology is empty\n" : table.toString();
    }

    static TextTable table(List<QueueStatus> queues) {
        TextTable table = new TextTable(
                "stage",
                "queue",
                "location",
                ">due",
                ">told",
                ">in hand",
                ">waiting",
                ">oldest",
                "served by",
                "look at");
        for (QueueStatus queue : queues) {
            long all = queue.due() + queue.scheduled() + queue.inProgress() + queue.waiting();
            table.row(
                    queue.stage(),
                    queue.queue(),
                    queue.location(),
                    queue.due(),
                    queue.scheduled(),
                    queue.inProgress(),
                    queue.waiting(),
                    all == 0 ? "" : TextTable.age(queue.oldestSeconds()),
                    queue.nodes().isEmpty() ? "-" : String.join(",", queue.nodes()),
                    queue.warning());
        }
        return table;
    }
}
