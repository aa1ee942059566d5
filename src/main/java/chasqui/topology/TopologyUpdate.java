package chasqui.topology;

import chasqui.topology.TopologyChange.Kind;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Brings the database to what a topology file says, or tells what that would do. A file describes the whole topology: what
 * it leaves out is switched off.
 */
public final class TopologyUpdate {
    private static final long LARGEST_FILE = 1 << 20;

    private final Jdbi database;
    private final Surroundings surroundings;

    public TopologyUpdate(Jdbi database, Surroundings surroundings) {
        this.database = database;
        this.surroundings = surroundings;
    }

    /**
     * Checks the file and makes its changes in one transaction; running it again changes nothing.
     *
     * @param who for the audit
     * @return what changed; empty: the database already had it all
     * @throws TopologyRefused names every problem; nothing was changed
     */
    public List<TopologyChange> apply(Path file, String who) {
        return apply(file, who, null);
    }

    /**
     * The same for who has seen a plan.
     *
     * @param shown its changes; null: none was shown
     * @throws TopologyRefused also when they are others by now
     */
    public List<TopologyChange> apply(Path file, String who, List<TopologyChange> shown) {
        // Before the transaction: looking at roots may take as long as a hung mount pleases.
        TopologyFile wanted = checked(file);
        return database.inTransaction(tx -> {
            // Applying twice at once: one waits. Readers and running work are not held up.
            tx.execute("LOCK TABLE site, data_location, transfer_route, instrument IN SHARE ROW EXCLUSIVE MODE");
            List<String> unreadable = new ArrayList<>();
            TopologyFile present = PresentTopology.read(tx, unreadable::add);
            refuse(file, unreadable);
            TopologyDifference difference = TopologyDifference.between(present, wanted);
            refuse(file, new ChangeRules(present, LiveWork.locking(tx)).problems(difference));
            List<TopologyChange> changes = difference.changes();
            if (shown != null && !changes.equals(shown)) {
                refuse(
                        file,
                        List.of("the changes are others than those shown: somebody changed the topology meanwhile;"
                                + " look at the plan again"));
            }
            if (!changes.isEmpty()) {
                new TopologyWriter(tx).write(difference);
                audit(tx, file, who, changes);
            }
            return changes;
        });
    }

    /** Tells what {@link #apply} would do now, problems included. */
    public TopologyPlan plan(Path file) {
        List<String> problems = new ArrayList<>();
        TopologyFile wanted;
        try {
            wanted = read(file, problems);
        } catch (TopologyRefused unreadable) {
            return TopologyPlan.refused(file.toString(), unreadable.problems());
        }
        if (wanted == null) {
            return TopologyPlan.refused(file.toString(), problems);
        }
        return database.inTransaction(tx -> {
            TopologyFile present = PresentTopology.read(tx, problems::add);
            TopologyDifference difference = TopologyDifference.between(present, wanted);
            problems.addAll(new ChangeRules(present, LiveWork.looking(tx)).problems(difference));
            PlanEffects effects = new PlanEffects(tx);
            return new TopologyPlan(
                    file.toString(),
                    difference.changes(),
                    effects.of(difference),
                    effects.warnings(difference),
                    List.copyOf(problems));
        });
    }

    private TopologyFile checked(Path file) {
        List<String> problems = new ArrayList<>();
        TopologyFile wanted = read(file, problems);
        refuse(file, problems);
        return wanted;
    }

    /** Null when it cannot be read. */
    private TopologyFile read(Path file, List<String> problems) {
        TopologyFile wanted = new TopologyFileReader(surroundings.placeholders(), problems).read(text(file));
        if (wanted != null) {
            problems.addAll(new TopologyRules(surroundings, database.withHandle(TopologyUpdate::operationTypes))
                    .problems(wanted));
        }
        return wanted;
    }

    private static void refuse(Path file, List<String> problems) {
        if (!problems.isEmpty()) {
            throw new TopologyRefused(file.toString(), problems);
        }
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw new TopologyRefused(
                        file.toString(), List.of("it is larger than 1 MiB: is this the file that you meant?"));
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new TopologyRefused(file.toString(), List.of("there is no such file; check the path"));
        } catch (CharacterCodingException e) {
            throw new TopologyRefused(file.toString(), List.of("it is not UTF-8 text; save it as UTF-8"));
        } catch (IOException e) {
            throw new TopologyRefused(file.toString(), List.of("it cannot be read: " + e));
        }
    }

    static Map<LocationType, Set<String>> operationTypes(Handle tx) {
        Map<LocationType, Set<String>> types = new EnumMap<>(LocationType.class);
        tx.createQuery("SELECT name, unnest(location_types)::text AS location_type FROM operation_type")
                .map((row, context) ->
                        Map.entry(LocationType.valueOf(row.getString("location_type")), row.getString("name")))
                .forEach(entry -> types.computeIfAbsent(entry.getKey(), type -> new TreeSet<>())
                        .add(entry.getValue()));
        return types;
    }

    private static void audit(Handle tx, Path file, String who, List<TopologyChange> changes) {
        Map<Kind, List<String>> details = new HashMap<>();
        changes.forEach(change -> details.computeIfAbsent(change.kind(), kind -> new ArrayList<>())
                .add(change.toString()));
        try {
            tx.createUpdate("""
                            INSERT INTO audit (who, action, subject, details)
                            VALUES (:who, 'topology apply', :file, :details::jsonb)
                            """)
                    .bind("who", who)
                    .bind("file", file.toAbsolutePath().normalize().toString())
                    .bind("details", new ObjectMapper().writeValueAsString(details))
                    .execute();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
