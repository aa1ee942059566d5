package chasqui.runtime;

import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.Route;
import org.apache.camel.management.DefaultManagementObjectStrategy;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;

/**
 * What is seen over JMX: every route, and the steps of those that are there once. A worker route is there for each queue,
 * and 30 kB for each of its steps are 300 MB in a process that serves 200 data locations.
 */
final class RoutesOverJmx extends DefaultManagementObjectStrategy {
    @Override
    public Object getManagedObjectForProcessor(CamelContext camel, Processor processor, NamedNode step, Route route) {
        // Camel forgets a step by its route: one of a configuration has none, and would keep its route for ever.
        boolean ofNoRoute =
                step instanceof ProcessorDefinition<?> one && ProcessorDefinitionHelper.getRoute(one) == null;
        return ofNoRoute || route != null && route.isCreatedByRouteTemplate()
                ? null
                : super.getManagedObjectForProcessor(camel, processor, step, route);
    }

    /** What a route sends to is seen at its step. */
    @Override
    public Object getManagedObjectForProducer(CamelContext camel, Producer producer) {
        return null;
    }
}
