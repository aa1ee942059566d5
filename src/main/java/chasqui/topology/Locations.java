package chasqui.topology;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Jdbi;

/** The current topology, read from the database once and again on demand; no work in hand waits for it. */
public final class Locations {
    private final Jdbi database;
    private final AtomicReference<Topology> current = new AtomicReference<>(new Topology(List.of()));

    public Locations(Jdbi database) {
        this.database = database;
    }

    /** The topology as last read; empty before the first {@link #refresh}. */
    public Topology current() {
        return current.get();
    }

    /** The location with this id; reads the topology again when it is new to us. */
    public DataLocation byId(long id) {
        boolean known = current.get().locations().stream().anyMatch(l -> l.id() == id);
        return (known ? current.get() : refresh()).location(id);
    }

    /** Reads the topology again. */
    public Topology refresh() {
        Topology read = new Topology(database.withHandle(
                db -> db.createQuery("""
                        SELECT l.id, l.site_id, s.short_name, l.name, l.location_type, l.storage_type, l.priority,
                               l.active AND s.active AS active, l.root, l.endpoint, l.region, l.bucket, l.prefix,
                               l.credential, l.accept_cached_verification
                          FROM data_location l JOIN site s ON s.id = l.site_id
                        """).map(LocationRows::location).list()));
        current.set(read);
        return read;
    }
}
