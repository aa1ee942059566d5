package chasqui.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** The topology as the database has it, whoever wrote it there, with what is wrong with it. */
public final class StoredTopology {
    private final Jdbi database;
    private final Surroundings surroundings;

    public StoredTopology(Jdbi database, Surroundings surroundings) {
        this.database = database;
        this.surroundings = surroundings;
    }

    /**
     * One site, data location, instrument or transfer route.
     *
     * @param name such as {@code location cologne/buffer}
     * @param state ACTIVE, DRAINING or OFF
     * @param values by the key of the topology file
     */
    public record Part(String name, String state, Map<String, String> values) {}

    /**
     * @param version counts the changes of the topology
     * @param problems what a topology file with all that is in it would be refused for
     */
    public record Shown(long version, List<Part> parts, List<String> problems) {}

    public Shown show() {
        return database.inTransaction(tx -> {
            List<String> problems = new ArrayList<>();
            TopologyFile present = PresentTopology.read(tx, problems::add);
            problems.addAll(problems(tx, present));
            List<String> draining = Drains.now(tx).stream()
                    .map(place -> (place.type() == null ? "site " : "location ") + place.place())
                    .toList();
            List<Part> parts = Stream.of(present.sites(), present.locations(), present.instruments(), present.routes())
                    .flatMap(List::stream)
                    .map(entry -> part((TopologyEntry<?>) entry, draining))
                    .toList();
            return new Shown(version(tx), parts, List.copyOf(problems));
        });
    }

    /** What is wrong; empty: nothing. Looks at no disk. */
    public List<String> problems() {
        return database.inTransaction(tx -> {
            List<String> problems = new ArrayList<>();
            problems.addAll(problems(tx, PresentTopology.read(tx, problems::add)));
            return List.copyOf(problems);
        });
    }

    private List<String> problems(Handle tx, TopologyFile present) {
        return present.sites().isEmpty()
                ? List.of()
                : new TopologyRules(surroundings, TopologyUpdate.operationTypes(tx)).inItself(present);
    }

    private static long version(Handle tx) {
        return tx.createQuery("SELECT version FROM topology_version")
                .mapTo(Long.class)
                .one();
    }

    private static Part part(TopologyEntry<?> entry, List<String> draining) {
        Map<String, String> values = new TreeMap<>(entry.facts());
        values.remove("active");
        values.values().removeIf(value -> value.equals("none") || value.equals("[]") || value.equals("{}"));
        return new Part(
                entry.label(),
                !entry.active() ? "OFF" : draining.contains(entry.label()) ? "DRAINING" : "ACTIVE",
                values);
    }
}
