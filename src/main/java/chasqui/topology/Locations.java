package chasqui.topology;

import chasqui.topology.TopologyRepository.Reading;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** The current topology, read from the database once and again on demand; no work in hand waits for it. */
public final class Locations {
    private static final long NONE = -1;

    private final TopologyRepository repository;
    /** Null: it is kept nowhere. */
    private final TopologyCache cache;

    private final AtomicReference<Reading> last =
            new AtomicReference<>(new Reading(0, new Topology(List.of(), List.of(), List.of())));

    public Locations(Jdbi database) {
        this(database, null);
    }

    /** @param cache keeps every topology that was read */
    public Locations(Jdbi database, TopologyCache cache) {
        this.repository = new TopologyRepository(database);
        this.cache = cache;
    }

    /** Begins with what the cache has, as far as it has anything. */
    public void recall() {
        cache.read().ifPresent(topology -> last.set(new Reading(NONE, topology)));
    }

    /** The topology as last read; empty before the first {@link #refresh}. */
    public Topology current() {
        return last.get().topology();
    }

    /** The location with this id; reads the topology again when it is new to us. */
    public DataLocation byId(long id) {
        boolean known = current().locations().stream().anyMatch(l -> l.id() == id);
        return (known ? current() : refresh()).location(id);
    }

    /** The topology as a transaction sees it now; what others read of it stays as it is. */
    public static Topology in(Handle tx) {
        return TopologyRepository.all(tx);
    }

    /** Reads the topology again if it has changed; the same object when it has not. */
    public Topology refresh() {
        Reading before = last.get();
        Reading read = repository.read(before);
        last.set(read);
        if (cache != null && read != before) {
            cache.keep(read.topology());
        }
        return read.topology();
    }
}
