package chasqui.runtime;

import chasqui.pipeline.Stage;
import chasqui.queue.QueueEndpoints;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import chasqui.topology.Queue;
import chasqui.topology.QueueDiscovery;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
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
    private final Reach reach;
    private final int linkConcurrency;
    private final Consumer<Set<String>> rest;
    /** Routes by queue: the one of its name, and those for workers that it got later. */
    private final Map<String, List<String>> made = new TreeMap<>();

    /**
     * @param reach what this process can do where
     * @param linkConcurrency transfers of a link at the same time where its route says nothing
     * @param rest told the queues from which nothing new may be claimed
     */
    WorkerRoutes(
            CamelContext camel,
            Locations locations,
            Jdbi database,
            QueueEndpoints endpoints,
            Reach reach,
            int linkConcurrency,
            Consumer<Set<String>> rest) {
        this.rest = rest;
        this.linkConcurrency = linkConcurrency;
        this.camel = camel;
        this.locations = locations;
        this.discovery = new QueueDiscovery(database, locations);
        this.endpoints = endpoints;
        this.reach = reach;
    }

    /**
     * Makes the present routes those that the topology asks for; changes nothing when they are. Work in hand is never
     * ended by it: a queue that goes rests until its work is done, and one that gets more workers keeps those it has.
     *
     * @return false when routes that must go have work in hand: to be called again
     * @throws TemplateMissing names every operation type without a template; nothing was changed
     */
    synchronized boolean refresh() throws Exception {
        Map<String, Queue> wanted = new TreeMap<>();
        discovery.queues().stream().filter(reach::serves).forEach(queue -> wanted.put(queue.name(), queue));
        requireTemplates(wanted);
        made.keySet().removeIf(id -> camel.getRoute(id) == null);

        Set<String> gone = new TreeSet<>(made.keySet());
        gone.removeAll(wanted.keySet());
        Set<String> stay = new TreeSet<>(made.keySet());
        stay.removeAll(gone);
        endpoints.serve(stay);
        rest.accept(gone);
        for (String queue : gone) {
            if (!hasWorkInHand(queue)) {
                remove(queue);
            }
        }
        LinkWorkers links = new LinkWorkers(locations.current(), linkConcurrency);
        for (Queue queue : wanted.values()) {
            int workers = links.of(queue);
            if (!made.containsKey(queue.name())) {
                endpoints.workers(queue.name(), workers);
                add(queue, queue.name());
            } else if (!endpoints.hasWorkers(queue.name(), workers)) {
                addMore(queue, workers);
            }
        }
        endpoints.serve(wanted.keySet());
        return wanted.keySet().containsAll(made.keySet());
    }

    /** To be asked after its queue began to rest: whoever claimed before is seen here. */
    private boolean hasWorkInHand(String queue) {
        return made.get(queue).stream()
                .anyMatch(route -> camel.getInflightRepository().size(route) > 0);
    }

    /** Names of the queues with a worker route in this process. */
    synchronized Set<String> queues() {
        return Set.copyOf(made.keySet());
    }

    /** The data locations that this process can reach, whether work can be done there now or not. */
    List<DataLocation> locations() {
        return locations.current().locations().stream()
                .filter(location -> location.active() && reach.includes(location))
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

    /** What cannot be made now counts as no worker, and is made by a later refresh. */
    private void addMore(Queue queue, int workers) {
        String route = endpoints.more(queue.name(), workers);
        try {
            add(queue, route);
        } catch (RuntimeException e) {
            endpoints.takeBack(queue.name(), route);
            throw e;
        }
    }

    /** @param route its id, and the name under which its workers listen */
    private void add(Queue queue, String route) {
        TemplatedRouteBuilder.builder(camel, queue.type().name())
                .routeId(route)
                .parameter("queue", queue.name())
                .parameter("endpoint", endpoints.of(route))
                .handler(template -> template.getRoute().group(group(queue)))
                .add();
        made.merge(queue.name(), List.of(route), (had, more) -> Stream.concat(had.stream(), more.stream())
                .toList());
        log.debug("serving {} by {}", queue, route);
    }

    private void remove(String queue) throws Exception {
        for (String route : made.get(queue)) {
            camel.getRouteController().stopRoute(route);
            camel.removeRoute(route);
        }
        made.remove(queue);
        endpoints.forget(queue);
        log.info("no longer serving {}", queue);
    }

    private static String group(Queue queue) {
        Stage[] stages = Stage.values();
        return queue.stage() < stages.length ? stages[queue.stage()].packageName() : "stage-" + queue.stage();
    }
}
