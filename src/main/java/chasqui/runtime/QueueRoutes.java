package chasqui.runtime;

import chasqui.pipeline.Stage;
import chasqui.queue.QueueEndpoints;
import chasqui.runtime.queue.HandsOver;
import chasqui.topology.Queue;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.StatefulService;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.support.service.ServiceHelper;

/**
 * The Camel routes of queues, by the name under which their workers listen. That is the route's id, too, but where it took
 * over from one that still works: then it is the next that is free, {@code NAME_2}.
 *
 * <p>Used by one thread at a time, where it does not say otherwise.
 */
final class QueueRoutes {
    /** @param template of which it was made */
    private record Made(String id, Object template) {}

    private final CamelContext camel;
    private final QueueEndpoints endpoints;
    private final LeavingRoutes leaving;
    private final Map<String, Made> made = new ConcurrentHashMap<>();
    /** Names by the ids of routes that were relieved, and end what they have in hand. */
    private final Map<String, String> relieved = new ConcurrentSkipListMap<>();
    /** Names of routes that somebody has stopped: they come back so. */
    private final Set<String> stopped = new TreeSet<>();

    QueueRoutes(CamelContext camel, QueueEndpoints endpoints, LeavingRoutes leaving) {
        this.camel = camel;
        this.endpoints = endpoints;
        this.leaving = leaving;
    }

    /** It works on what comes, or did until somebody stopped it. */
    boolean has(String name) {
        return made.containsKey(name) && camel.getRoute(made.get(name).id()) != null;
    }

    /** Whether it works on what comes; for any thread. What it relieved does not count. */
    boolean isStarted(String name) {
        Made made = this.made.get(name);
        return made != null && camel.getRoute(made.id()) != null && !stands(made.id());
    }

    /** It is of the template of today, and has its own name as its id where that is free. */
    boolean isNew(Queue queue, String name) {
        Made route = made.get(name);
        return route != null
                && route.template() == template(queue)
                && (route.id().equals(name) || !isFree(name));
    }

    /** @throws RuntimeException it cannot be made; nothing of it is left */
    void make(Queue queue, String name) {
        String id = free(name);
        Object template = template(queue);
        try {
            TemplatedRouteBuilder.builder(camel, queue.type().name())
                    .routeId(id)
                    .parameter("queue", queue.name())
                    .parameter("endpoint", endpoints.of(name))
                    .handler(one -> one.getRoute().group(group(queue)).autoStartup(!stopped.contains(name)))
                    .add();
        } catch (RuntimeException failure) {
            leaving.clear(id, failure);
            throw failure;
        }
        stopped.remove(name);
        made.put(name, new Made(id, template));
    }

    /** Whether another route can take over its work while it ends what it has in hand. */
    boolean handsOver(String name) {
        Route route = camel.getRoute(made.get(name).id());
        return route != null && route.getConsumer() instanceof HandsOver && !stands(route.getRouteId());
    }

    /**
     * Makes it anew beside the one that is there, which gets nothing from then on.
     *
     * @throws RuntimeException it cannot be made; the one that is there works on as before
     */
    void takeOver(Queue queue, String name) {
        String before = made.get(name).id();
        HandsOver busy = (HandsOver) camel.getRoute(before).getConsumer();
        busy.offer();
        try {
            make(queue, name);
        } catch (RuntimeException failure) {
            busy.keep();
            throw failure;
        }
        relieved.put(before, name);
        if (stands(before)) {
            standsFor(name, true);
        }
    }

    /** To be asked after its queue began to rest: whoever claimed before is seen here. Those it relieved count, too. */
    boolean hasWorkInHand(String name) {
        return isBusy(made.get(name).id())
                || relieved.entrySet().stream().anyMatch(one -> one.getValue().equals(name) && isBusy(one.getKey()));
    }

    private boolean isBusy(String id) {
        Route route = camel.getRoute(id);
        return camel.getInflightRepository().size(id) > 0
                || route != null && route.getConsumer() instanceof HandsOver consumer && consumer.hasWorkInHand();
    }

    /**
     * Takes it down, and those it relieved.
     *
     * @param comesBack whoever stopped it wants it to come back so
     * @return false when one is not down within the limit: it is there as before
     */
    boolean remove(String name, boolean comesBack) throws Exception {
        for (String id : relieved()) {
            if (name.equals(relieved.get(id)) && !end(id)) {
                return false;
            }
        }
        String id = made.get(name).id();
        if (comesBack && stands(id)) {
            stopped.add(name);
        } else if (comesBack) {
            stopped.remove(name);
        }
        if (!leaving.remove(id)) {
            return false;
        }
        made.remove(name);
        return true;
    }

    /** Ids of routes that were relieved. */
    List<String> relieved() {
        return List.copyOf(relieved.keySet());
    }

    /**
     * Takes down a route that was relieved, when it has ended what it had. Whoever stops or starts the route of a queue's
     * name meanwhile means the queue.
     */
    boolean end(String id) throws Exception {
        if (id.equals(relieved.get(id))) {
            standsFor(id, stands(id));
        }
        if (isBusy(id) || !leaving.remove(id)) {
            return false;
        }
        relieved.remove(id);
        return true;
    }

    /** Lets the route that serves a queue get nothing new, or again; what it has in hand goes on. */
    private void standsFor(String name, boolean stands) {
        Route route = camel.getRoute(made.get(name).id());
        if (route == null) {
            return;
        }
        if (stands && stopped.add(name) && !stands(route.getRouteId())) {
            ServiceHelper.suspendService(route.getConsumer());
        } else if (!stands && stopped.remove(name)) {
            ServiceHelper.resumeService(route.getConsumer());
        }
    }

    /** Somebody stopped it, or is at it: then its consumer is suspended, and what it has in hand is waited for. */
    private boolean stands(String id) {
        ServiceStatus status = camel.getRouteController().getRouteStatus(id);
        Route route = camel.getRoute(id);
        return status != null && !status.isStarted()
                || route != null
                        && route.getConsumer() instanceof StatefulService consumer
                        && (consumer.isSuspending() || consumer.isSuspended());
    }

    private Object template(Queue queue) {
        return ((ModelCamelContext) camel)
                .getRouteTemplateDefinition(queue.type().name());
    }

    private boolean isFree(String id) {
        return camel.getRoute(id) == null;
    }

    private String free(String name) {
        String id = name;
        for (int i = 2; !isFree(id); i++) {
            id = name + "_" + i;
        }
        return id;
    }

    private static String group(Queue queue) {
        Stage[] stages = Stage.values();
        return queue.stage() < stages.length ? stages[queue.stage()].packageName() : "stage-" + queue.stage();
    }
}
