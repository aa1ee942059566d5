package chasqui.topology;

import chasqui.topology.TopologyDifference.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** What a difference does to running processes and to work that is there. */
final class PlanEffects {
    private final Handle tx;

    PlanEffects(Handle tx) {
        this.tx = tx;
    }

    List<String> of(TopologyDifference difference) {
        List<String> effects = new ArrayList<>();
        for (Step<LocationEntry> step : difference.locations()) {
            location(step, effects);
        }
        for (Step<RouteEntry> step : difference.routes()) {
            long waiting = waiting(step.now());
            if (waiting > 0) {
                effects.add("transfers from %s to %s that have not begun (%d) take the best way there is then"
                        .formatted(step.now().from(), step.now().to(), waiting));
            }
        }
        return effects;
    }

    /** Copies that will be looked for through another door: whether it leads to the same bytes nobody here can know. */
    List<String> warnings(TopologyDifference difference) {
        List<String> warnings = new ArrayList<>();
        for (Step<LocationEntry> step : difference.locations()) {
            if (step.was() == null || step.was().door().equals(step.now().door())) {
                continue;
            }
            List<LeftOver> copies = LiveWork.looking(tx).at(step.was()).stream()
                    .filter(LeftOver::isOfCopies)
                    .toList();
            if (!copies.isEmpty()) {
                warnings.add(
                        "%s: %s are taken to be where this leads now (%s); what is not found there counts as missing, or as deleted where it was to go"
                                .formatted(
                                        step.now().label(),
                                        copies.stream().map(LeftOver::toString).collect(Collectors.joining(", ")),
                                        step.change().details()));
            }
        }
        return warnings;
    }

    private void location(Step<LocationEntry> step, List<String> effects) {
        LocationEntry now = step.now();
        boolean was = step.was() != null && step.was().active();
        if (step.switchesOff()) {
            effects.add(now.label() + ": its worker routes end within seconds, after the work in hand");
        } else if (now.active() && (!was || !step.was().whereabouts().equals(now.whereabouts()))) {
            List<String> nodes = workers(now);
            effects.add(
                    nodes.isEmpty()
                            ? now.label() + ": no running worker reaches it; start one there: chasqui run --locations '"
                                    + now.path() + "'"
                            : now.label() + ": tried and then served, within seconds, by " + String.join(", ", nodes));
        }
    }

    private List<String> workers(LocationEntry location) {
        return tx
                .createQuery("""
                        SELECT name, locations FROM live_node WHERE 'worker' = ANY (roles) ORDER BY name
                        """)
                .map((row, context) ->
                        reaches(PresentTopology.texts(row, "locations"), location) ? row.getString("name") : "")
                .stream()
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static boolean reaches(List<String> patterns, LocationEntry location) {
        return new LocationPatterns(patterns).reach(location.path());
    }

    private long waiting(RouteEntry route) {
        return tx.createQuery("""
                        SELECT count(*) FROM data_transfer t
                          JOIN cargo c ON c.data_transfer_id = t.id
                          JOIN data_location l ON l.id = coalesce(t.origin_location_id, c.buffer_location_id)
                          JOIN site o ON o.id = l.site_id
                          JOIN site d ON d.id = t.destination_site_id
                         WHERE t.status = 'PENDING' AND t.sent_at IS NULL AND o.short_name = :origin AND d.short_name = :destination
                        """)
                .bind("origin", route.from())
                .bind("destination", route.to())
                .mapTo(Long.class)
                .one();
    }
}
