package chasqui.runtime.routes;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.component.direct.DirectConsumer;
import org.apache.camel.model.Model;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** Single steps at the routes of a running Camel. */
final class CamelRoutes {
    private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

    private final ModelCamelContext camel;
    private final Set<String> standing = ConcurrentHashMap.newKeySet();

    CamelRoutes(CamelContext camel) {
        this.camel = (ModelCamelContext) camel;
        Model model = camel.getCamelContextExtension().getContextPlugin(Model.class);
        model.addModelLifecycleStrategy(new ModelLifecycleStrategySupport() {
            @Override
            public void onAddRouteDefinition(RouteDefinition route) {
                if (standing.contains(String.valueOf(route.getId()))) {
                    route.setAutoStartup("false");
                }
            }
        });
    }

    boolean has(String id) {
        return camel.getRoute(id) != null;
    }

    boolean hasWorkInHand(String id) {
        return camel.getInflightRepository().size(id) > 0;
    }

    /** Somebody stopped it, or it is for a role that this process has not. */
    boolean stands(String id) {
        ServiceStatus status = camel.getRouteController().getRouteStatus(id);
        return status != null && !status.isStarted();
    }

    boolean isDirect(String id) {
        Route route = camel.getRoute(id);
        return route != null && route.getConsumer() instanceof DirectConsumer;
    }

    /** Nothing new begins on it; what is under way goes on. */
    void detach(String id) {
        ((DirectConsumer) camel.getRoute(id).getConsumer()).suspend();
    }

    void attach(String id) {
        ((DirectConsumer) camel.getRoute(id).getConsumer()).resume();
    }

    /** @return false when it is not down within a limit: it runs on as before, and its work with it */
    boolean remove(String id) throws Exception {
        boolean down = !has(id)
                || camel.getRouteController().stopRoute(id, LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS, true);
        return down && (!has(id) || camel.removeRoute(id));
    }

    /**
     * @param stands do not start it
     * @throws Exception it cannot be built or started; nothing of it is left
     */
    void load(Entry entry, String id, String source, boolean stands) throws Exception {
        if (stands) {
            standing.add(id);
        }
        try {
            PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString(entry.file(), source));
        } catch (Exception failure) {
            clear(id, failure);
            throw failure;
        } finally {
            standing.remove(id);
        }
    }

    private void clear(String id, Exception failure) {
        try {
            remove(id);
            RouteDefinition left = camel.getRouteDefinition(id);
            if (left != null) {
                camel.removeRouteDefinition(left);
            }
        } catch (Exception beside) {
            failure.addSuppressed(beside);
        }
    }

    /** Templates and configurations: what is made of them stays as it is. */
    void swapDefinition(RouteChange.Swap swap) throws Exception {
        if (swap.before() != null && swap.before().isTemplate()) {
            camel.removeRouteTemplateDefinitions(swap.before().id());
        } else if (swap.before() != null) {
            for (RouteConfigurationDefinition one : List.copyOf(camel.getRouteConfigurationDefinitions())) {
                if (swap.before().id().equals(one.getId())) {
                    camel.removeRouteConfiguration(one);
                }
            }
        }
        if (swap.after() != null) {
            PluginHelper.getRoutesLoader(camel)
                    .loadRoutes(ResourceHelper.fromString(
                            swap.after().file(), swap.after().source()));
        }
    }
}
