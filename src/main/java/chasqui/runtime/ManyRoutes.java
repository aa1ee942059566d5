package chasqui.runtime;

import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.Main;

/** Camel with a context to which the six hundredth route is added as quickly as the first. */
final class ManyRoutes extends Main {
    @Override
    protected CamelContext createCamelContext() {
        DefaultCamelContext context = new Context();
        context.getCamelContextExtension().setRegistry(registry);
        context.getGlobalOptions().put("CamelMainClass", Main.class.getName());
        return context;
    }

    /** Camel removes before it adds, and asks all routes for their endpoints even where there is nothing to remove. */
    private static final class Context extends DefaultCamelContext {
        Context() {
            super(false);
        }

        @Override
        public boolean removeRoute(String id) throws Exception {
            return getRouteController().getRouteStatus(id) != null && super.removeRoute(id);
        }
    }
}
