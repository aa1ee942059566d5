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
 * Brings the database to what a topology file says. A file describes the whole topology: what it leaves out is switched
 * off. Showing the changes without making them, and draining a location, can follow beside {@link #apply}.
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
        // Before the transaction: looking at roots may take as long as a hung mount pleases.
        TopologyFile wanted = checked(file);
        return database.inTransaction(tx -> {
            // Applying twice at once: one waits. Readers and running work are not held up.
            tx.execute("LOCK TABLE site, data_location, transfer_route, instrument IN SHARE ROW EXCLUSIVE MODE");
            TopologyFile present = PresentTopology.read(tx);
            TopologyDifference difference = TopologyDifference.between(present, wanted);
            refuse(file, new ChangeRules(present, new LiveWork(tx)).problems(difference));
            List<TopologyChange> changes = difference.changes();
            if (!changes.isEmpty()) {
                new TopologyWriter(tx).write(difference);
                audit(tx, file, who, changes);
            }
            return changes;
        });
    }

    private TopologyFile checked(Path file) {
        List<String> problems = new ArrayList<>();
        TopologyFile wanted = new TopologyFileReader(surroundings.placeholders(), problems).read(text(file));
        if (wanted != null) {
            problems.addAll(new TopologyRules(surroundings, database.withHandle(TopologyUpdate::operationTypes))
                    .problems(wanted));
        }
        refuse(file, problems);
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

    private static Map<LocationType, Set<String>> operationTypes(Handle tx) {
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
