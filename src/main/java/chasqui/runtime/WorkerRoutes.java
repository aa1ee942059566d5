package chasqui.runtime;

import chasqui.queue.QueueEndpoints;
import chasqui.runtime.routes.Templates;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import chasqui.topology.Queue;
import chasqui.topology.QueueDiscovery;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Camel route per queue that this process serves, made from the route template of the queue's operation type. The
 * route's id is the queue's name, its group the stage.
 */
final class WorkerRoutes implements Templates, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WorkerRoutes.class);

    private final CamelContext camel;
    private final Locations locations;
    private final QueueDiscovery discovery;
    private final QueueEndpoints endpoints;
    private final Reach reach;
    private final int linkConcurrency;
    private final Consumer<Set<String>> rest;
    /** Routes by queue: the one of its name, and those for workers that it got later. */
    private final Map<String, List<String>> made = new ConcurrentSkipListMap<>();

    private final LeavingRoutes leaving;
    private final QueueRoutes routes;
    /** Fair: who adds routes comes next, however many are leaving. */
    private final ReentrantLock turn = new ReentrantLock(true);
    /** Queues that shall have a route, by name. */
    private volatile Map<String, Queue> wantedQueues = Map.of();
    /** Queues whose routes are of a template that was replaced: they are made anew, one after another. */
    private final Set<String> outdated = new TreeSet<>();
    /** Those of them that begin nothing until that is done. */
    private final Set<String> waiting = new TreeSet<>();
    /** Puts back the template before, by operation type, until all its routes are of the new one. */
    private final Map<String, Back> back = new TreeMap<>();

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
        this.leaving = new LeavingRoutes(camel);
        this.routes = new QueueRoutes(camel, endpoints, leaving);
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
     * Routes leave beside it: none holds up another, or a new one.
     *
     * @return false when routes that must go are still there: to be called again
     * @throws TemplateMissing names every operation type without a template; nothing was changed
     */
    boolean refresh() throws Exception {
        turn.lock();
        try {
            return follow();
        } finally {
            turn.unlock();
        }
    }

    private boolean follow() throws Exception {
        Map<String, Queue> wanted = new TreeMap<>();
        discovery.queues().stream().filter(reach::serves).forEach(queue -> wanted.put(queue.name(), queue));
        requireTemplates(wanted);
        made.keySet().removeIf(queue -> !routes.has(queue));

        Set<String> gone = new TreeSet<>(made.keySet());
        gone.removeAll(wanted.keySet());
        Set<String> stay = new TreeSet<>(made.keySet());
        stay.removeAll(gone);
        endpoints.serve(stay);
        wantedQueues = Map.copyOf(wanted);
        outdated.retainAll(wanted.keySet());
        waiting.retainAll(outdated);
        rest.accept(resting());
        Optional<RuntimeException> failure = make(wanted.values());
        rest.accept(resting());
        gone.forEach(queue -> leaving.leave(queue, () -> leave(queue)));
        if (failure.isPresent()) {
            throw failure.get();
        }
        return gone.isEmpty();
    }

    /** One that cannot be made now holds up no other. */
    private Optional<RuntimeException> make(Collection<Queue> wanted) {
        LinkWorkers links = new LinkWorkers(locations.current(), linkConcurrency);
        RuntimeException failed = null;
        for (Queue queue : wanted) {
            int workers = links.of(queue);
            try {
                if (!made.containsKey(queue.name())) {
                    begin(queue, workers);
                } else if (!endpoints.hasWorkers(queue.name(), workers)) {
                    addMore(queue, workers);
                }
            } catch (RuntimeException failure) {
                if (failed == null) {
                    failed = failure;
                } else {
                    failed.addSuppressed(failure);
                }
            }
        }
        return Optional.ofNullable(failed);
    }

    private void begin(Queue queue, int workers) {
        endpoints.workers(queue.name(), workers);
        add(queue, queue.name());
        endpoints.serveAlso(queue.name());
        renewed(queue);
    }

    private void renewed(Queue queue) {
        outdated.remove(queue.name());
        if (outdated.stream().noneMatch(other -> wantedQueues.get(other).type().equals(queue.type()))) {
            back.remove(queue.type().name());
        }
    }

    private Set<String> resting() {
        Set<String> resting = new TreeSet<>(made.keySet());
        resting.removeAll(wantedQueues.keySet());
        resting.addAll(waiting);
        return resting;
    }

    @Override
    public void replace(Set<String> ids, Step step, Map<String, Back> toPutBack) throws Exception {
        turn.lock();
        try {
            step.go();
            ids.stream().filter(id -> !toPutBack.containsKey(id)).forEach(back::remove);
            // Of an edit of an edit that was not tried yet, the first counts: of that there were routes.
            toPutBack.forEach(back::putIfAbsent);
            outdate(ids);
        } finally {
            turn.unlock();
        }
        outdated();
    }

    private void outdate(Set<String> types) {
        wantedQueues.values().stream()
                .filter(queue -> types.contains(queue.type().name()) && made.containsKey(queue.name()))
                .map(Queue::name)
                .forEach(outdated::add);
    }

    /** @return whether there is another template now, of which a route may be made */
    private boolean putBack(Queue queue, RuntimeException why) {
        Back before = back.remove(queue.type().name());
        if (before == null) {
            return false;
        }
        try {
            before.go(why);
        } catch (Exception beside) {
            why.addSuppressed(beside);
            return false;
        }
        log.warn("{}: no route can be made of the edited template; the one before is back", queue, why);
        outdate(Set.of(queue.type().name()));
        outdated();
        return true;
    }

    @Override
    public Set<String> outdated() {
        turn.lock();
        try {
            outdated.forEach(queue -> leaving.leave(queue, () -> leave(queue)));
            List<String> relieved = routes.relieved();
            relieved.forEach(id -> leaving.leave(id, () -> end(id)));
            Set<String> all = new TreeSet<>(outdated);
            all.addAll(relieved);
            return all;
        } finally {
            turn.unlock();
        }
    }

    private void leave(String queue) throws Exception {
        turn.lock();
        try {
            if (outdated.contains(queue)) {
                renew(wantedQueues.get(queue));
            } else if (!wantedQueues.containsKey(queue) && made.containsKey(queue) && !hasWorkInHand(queue)) {
                remove(queue);
            }
        } finally {
            turn.unlock();
        }
    }

    /** Who has work in hand is relieved by a new route; where that cannot be, nothing is claimed until the work is done. */
    private void renew(Queue queue) throws Exception {
        String name = queue.name();
        waiting.add(name);
        rest.accept(resting());
        boolean busy = made.containsKey(name) && hasWorkInHand(name);
        if (busy && !made.get(name).stream().allMatch(routes::handsOver)) {
            return;
        }
        try {
            if (busy) {
                goOn(name);
                relieve(queue);
            } else {
                replace(queue);
            }
        } finally {
            goOn(name);
        }
    }

    private void goOn(String queue) {
        if (waiting.remove(queue)) {
            rest.accept(resting());
        }
    }

    private void relieve(Queue queue) {
        for (String route : made.get(queue.name())) {
            if (!routes.isNew(queue, route)) {
                orPutBack(queue, () -> routes.takeOver(queue, route));
            }
        }
        renewed(queue);
    }

    private void replace(Queue queue) throws Exception {
        if (made.containsKey(queue.name())) {
            remove(queue.name());
        }
        if (!made.containsKey(queue.name())) {
            begin(queue, new LinkWorkers(locations.current(), linkConcurrency).of(queue));
        }
    }

    /** The one that relieved it gets its id. */
    private void end(String id) throws Exception {
        turn.lock();
        try {
            if (routes.relieved().contains(id) && routes.end(id)) {
                made.forEach((queue, names) -> {
                    if (wantedQueues.containsKey(queue)
                            && !names.stream().allMatch(name -> routes.isNew(wantedQueues.get(queue), name))) {
                        outdated.add(queue);
                    }
                });
            }
        } finally {
            turn.unlock();
        }
    }

    private boolean hasWorkInHand(String queue) {
        return made.get(queue).stream().anyMatch(routes::hasWorkInHand);
    }

    /** Names of the queues with a worker route in this process. */
    Set<String> queues() {
        return Set.copyOf(made.keySet());
    }

    /** Whether work of this queue is begun here now: nobody has stopped it, and it does not go. */
    boolean begins(String queue) {
        return wantedQueues.containsKey(queue)
                && made.getOrDefault(queue, List.of()).stream().anyMatch(routes::isStarted);
    }

    /** An example of a queue by each operation type that has one here. */
    Map<String, String> types() {
        Map<String, String> types = new TreeMap<>();
        turn.lock();
        try {
            wantedQueues
                    .values()
                    .forEach(queue -> types.putIfAbsent(queue.type().name(), queue.name()));
            return types;
        } finally {
            turn.unlock();
        }
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

    /** @param route the name under which its workers listen */
    private void add(Queue queue, String route) {
        orPutBack(queue, () -> routes.make(queue, route));
        made.merge(queue.name(), List.of(route), (had, more) -> Stream.concat(had.stream(), more.stream())
                .toList());
        log.debug("serving {} by {}", queue, route);
    }

    private void orPutBack(Queue queue, Runnable make) {
        try {
            make.run();
        } catch (RuntimeException failure) {
            if (!putBack(queue, failure)) {
                throw failure;
            }
            make.run();
        }
    }

    private void remove(String queue) throws Exception {
        // Its own route last: what is left of a queue that cannot leave now is a queue with fewer workers.
        for (List<String> left = made.get(queue); !left.isEmpty(); left = left.subList(0, left.size() - 1)) {
            String route = left.get(left.size() - 1);
            made.put(queue, List.copyOf(left));
            if (!routes.remove(route, outdated.contains(queue))) {
                return;
            }
            endpoints.takeBack(queue, route);
        }
        made.remove(queue);
        endpoints.forget(queue);
        if (!outdated.contains(queue)) {
            log.info("no longer serving {}", queue);
        }
    }

    LeavingRoutes leaving() {
        return leaving;
    }

    @Override
    public void close() {
        leaving.close();
    }
}
