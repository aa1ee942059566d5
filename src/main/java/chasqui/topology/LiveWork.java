package chasqui.topology;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** Tells what still lies at, or is on its way through, a part of the topology that is to be switched off. */
final class LiveWork {
    private final Handle tx;
    private final boolean locks;

    private LiveWork(Handle tx, boolean locks) {
        this.tx = tx;
        this.locks = locks;
    }

    /** For who is about to switch something off: nobody adds anything until the transaction ends. */
    static LiveWork locking(Handle tx) {
        return new LiveWork(tx, true);
    }

    /** For who only asks. */
    static LiveWork looking(Handle db) {
        return new LiveWork(db, false);
    }

    /** With names; empty when nothing is there. */
    List<LeftOver> at(LocationEntry location) {
        Long id = tx.createQuery("""
                        SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                         WHERE s.short_name = :site AND l.name = :name
                        """ + (locks ? " FOR UPDATE OF l" : ""))
                .bind("site", location.site())
                .bind("name", location.name())
                .mapTo(Long.class)
                .findOne()
                .orElse(null);
        return LeftOver.at(tx, id, true);
    }

    /** The same by its id, as it is now, such as {@code copies of raw data packages (12)}. */
    List<String> left(Long id) {
        return texts(LeftOver.at(tx, id, false));
    }

    /** What is on its way to a site, with names. */
    List<LeftOver> towards(SiteEntry site) {
        if (locks) {
            tx.createQuery("SELECT id FROM site WHERE short_name = :site FOR UPDATE")
                    .bind("site", site.shortName())
                    .mapTo(Long.class)
                    .list();
        }
        return LeftOver.towards(tx, site.shortName(), true);
    }

    List<String> towards(String site) {
        return texts(LeftOver.towards(tx, site, false));
    }

    private static List<String> texts(List<LeftOver> left) {
        return left.stream().map(LeftOver::toString).toList();
    }

    /** Running processes: they know where the locations lie and would go on writing there. */
    List<String> runningNodes() {
        return tx.createQuery("""
                        SELECT name FROM node
                         WHERE stopped_at IS NULL AND heartbeat_at > clock_timestamp() - interval '2 minutes' ORDER BY name
                        """).mapTo(String.class).list();
    }
}
