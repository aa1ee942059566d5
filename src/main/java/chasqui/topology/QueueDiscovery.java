package chasqui.topology;

import chasqui.pipeline.OperationType;
import java.util.Comparator;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Finds the queues that the data asks for: every operation type at every active location of a type
 * and with a storage that it works at. */
public final class QueueDiscovery {
    private final Jdbi database;
    private final Locations locations;

    public QueueDiscovery(Jdbi database, Locations locations) {
        this.database = database;
        this.locations = locations;
    }

    /** Queues of all active locations as the database has them now, by stage and name; reads the topology again. */
    public List<Queue> queues() {
        Topology topology = locations.refresh();
        return database
                .withHandle(db -> db.createQuery("""
                        SELECT t.name, t.stage, l.type AS location_type, s.type AS storage_type
                          FROM operation_type t, unnest(t.location_types) AS l (type), unnest(t.storage_types) AS s (type)
                        """)
                        .map((row, context) -> new WorkAt(
                                new OperationType(row.getString("name")),
                                row.getInt("stage"),
                                LocationType.valueOf(row.getString("location_type")),
                                StorageType.valueOf(row.getString("storage_type"))))
                        .list())
                .stream()
                .flatMap(work -> topology.locations().stream()
                        .filter(location -> location.active()
                                && location.type() == work.locationType()
                                && location.storage() == work.storageType())
                        .map(location ->
                                new Queue(location.queue(work.type().name()), work.type(), location, work.stage())))
                .sorted(Comparator.comparing(Queue::stage).thenComparing(Queue::name))
                .toList();
    }

    private record WorkAt(OperationType type, int stage, LocationType locationType, StorageType storageType) {}
}
