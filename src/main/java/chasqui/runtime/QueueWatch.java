package chasqui.runtime;

import chasqui.inspection.QueueReader;
import chasqui.inspection.QueueStatus;
import chasqui.settings.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The monitor's look at the queues: work that is due and that nobody does, because nobody serves it or for another reason. */
public final class QueueWatch {
    private static final Logger log = LoggerFactory.getLogger(QueueWatch.class);

    private final Jdbi database;
    private final Duration unclaimedAfter;
    /** By queue. */
    private volatile Map<String, String> still = Map.of();

    /** @param unclaimedAfter as in {@link QueueReader} */
    public QueueWatch(Jdbi database, Duration unclaimedAfter) {
        this.database = database;
        this.unclaimedAfter = unclaimedAfter;
    }

    /** The setting. */
    public static Duration unclaimedAfter(Settings settings) {
        return settings.duration("chasqui.monitor.unclaimed-after");
    }

    /** One round. */
    public void look() {
        boolean any = database.withHandle(db -> db.createQuery(
                                "SELECT count(*) FROM watch_queues() WHERE since < clock_timestamp() - make_interval(secs => :limit)")
                        .bind("limit", unclaimedAfter.toMillis() / 1000.0)
                        .mapTo(Long.class)
                        .one()
                > 0);
        Map<String, String> now = new TreeMap<>();
        if (any) {
            new QueueReader(database, unclaimedAfter)
                    .read().stream()
                            .filter(queue ->
                                    queue.standsStill() && queue.unclaimedSeconds() > unclaimedAfter.toSeconds())
                            .forEach(queue -> now.put(queue.queue(), says(queue)));
        }
        Map<String, String> before = still;
        now.forEach((queue, says) -> {
            if (!before.containsKey(queue)) {
                log.warn(says);
            }
        });
        before.keySet().stream()
                .filter(queue -> !now.containsKey(queue))
                .forEach(queue -> log.info("{}: moves again", queue));
        still = now;
    }

    private static String says(QueueStatus queue) {
        return "%s: %d operations are due, %s"
                .formatted(queue.queue(), queue.due() + queue.scheduled(), queue.warning());
    }

    /** What stands still as of the last round, one sentence each; empty: nothing. */
    public List<String> problems() {
        return List.copyOf(still.values());
    }
}
