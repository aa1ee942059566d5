package chasqui.runtime;

import chasqui.pipeline.Stage;
import chasqui.queue.QueueEndpoints;
import chasqui.topology.DataLocation;
import chasqui.topology.LocationPatterns;
import chasqui.topology.Locations;
import chasqui.topology.Queue;
import chasqui.topology.QueueDiscovery;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.model.ModelCamelContext;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Camel route per queue that this process serves, made from the route template of the queue's operation type. The
 * route's id is the queue's name, its group the stage.
 */
final class WorkerRoutes {
    private static final Logger log = LoggerFactory.getLogger(WorkerRoutes.class);

    private final CamelContext camel;
    private final Locations locations;
    private final QueueDiscovery discovery;
    private final QueueEndpoints endpoints;
    private final LocationPatterns reachable;
    private final int linkConcurrency;
    private final Set<String> made = new TreeSet<>();

    /**
     * @param reachable patterns of the data locations that this process can reach
     * @param linkConcurrency transfers of a link at the same time where its route says nothing
     */
    WorkerRoutes(
            CamelContext camel,
            Locations locations,
            Jdbi database,
            QueueEndpoints endpoints,
            List<String> reachable,
            int linkConcurrency) {
        this.linkConcurrency = linkConcurrency;
        this.camel = camel;
        this.locations = locations;
        this.discovery = new QueueDiscovery(database, locations);
        this.endpoints = endpoints;
        this.reachable = new LocationPatterns(reachable);
    }

    /**
     * Makes the present routes those that the topology asks for; changes nothing when they are. A route that goes
     * finishes the work it has in hand.
     *
     * @throws TemplateMissing names every operation type without a template; nothing was changed
     */
    synchronized void refresh() throws Exception {
        Map<String, Queue> wanted = new TreeMap<>();
        discovery.queues().stream()
                .filter(queue -> reachable.reach(queue.location()))
                .forEach(queue -> wanted.put(queue.name(), queue));
        requireTemplates(wanted);
        made.removeIf(id -> camel.getRoute(id) == null);

        Set<String> gone = new TreeSet<>(made);
        gone.removeAll(wanted.keySet());
        LinkWorkers links = new LinkWorkers(locations.current(), linkConcurrency);
        Map<String, Integer> workers = new TreeMap<>();
        for (Queue queue : wanted.values()) {
            workers.put(queue.name(), links.of(queue));
            if (made.contains(queue.name()) && !endpoints.hasWorkers(queue.name(), links.of(queue))) {
                gone.add(queue.name());
            }
        }
        Set<String> stay = new TreeSet<>(made);
        stay.removeAll(gone);
        endpoints.serve(stay);
        for (String id : gone) {
            remove(id);
        }
        for (Queue queue : wanted.values()) {
            if (!made.contains(queue.name())) {
                endpoints.workers(queue.name(), workers.get(queue.name()));
                add(queue);
            }
        }
        endpoints.serve(wanted.keySet());
    }

    /** Names of the queues with a worker route in this process. */
    synchronized Set<String> queues() {
        return Set.copyOf(made);
    }

    /** The data locations with a worker route in this process. */
    List<DataLocation> locations() {
        return locations.current().locations().stream()
                .filter(location -> location.active() && reachable.reach(location))
                .toList();
    }

    private void requireTemplates(Map<String, Queue> wanted) {
        ModelCamelContext model = (ModelCamelContext) camel;
        List<Queue> missing = wanted.values().stream()
                .filter(queue -> model.getRouteTemplateDefinition(queue.type().name()) == null)
                .toList();
        if (!missing.isEmpty()) {
            throw new TemplateMissing(missing);
        }
    }

    private void add(Queue queue) {
        TemplatedRouteBuilder.builder(camel, queue.type().name())
                .routeId(queue.name())
                .parameter("queue", queue.name())
                .parameter("endpoint", endpoints.of(queue.name()))
                .handler(template -> template.getRoute().group(group(queue)))
                .add();
        made.add(queue.name());
        log.debug("serving {}", queue);
    }

    private void remove(String id) throws Exception {
        camel.getRouteController().stopRoute(id);
        camel.removeRoute(id);
        made.remove(id);
        log.info("no longer serving {}", id);
    }

    private static String group(Queue queue) {
        Stage[] stages = Stage.values();
        return queue.stage() < stages.length ? stages[queue.stage()].packageName() : "stage-" + queue.stage();
    }
}
