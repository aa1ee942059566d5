package chasqui.topology;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Jdbi;

/** The current topology, read from the database once and again on demand; no work in hand waits for it. */
public final class Locations {
    private final TopologyRepository repository;
    private final AtomicReference<Topology> current =
            new AtomicReference<>(new Topology(List.of(), List.of(), List.of()));

    public Locations(Jdbi database) {
        this.repository = new TopologyRepository(database);
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
        Topology read = repository.read();
        current.set(read);
        return read;
    }
}
