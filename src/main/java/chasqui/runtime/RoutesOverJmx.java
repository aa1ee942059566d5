package chasqui.runtime;

import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.Route;
import org.apache.camel.management.DefaultManagementObjectStrategy;

/**
 * What is seen over JMX: every route, and the steps of those that are there once. A worker route is there for each queue,
 * and 30 kB for each of its steps are 300 MB in a process that serves 200 data locations.
 */
final class RoutesOverJmx extends DefaultManagementObjectStrategy {
    @Override
    public Object getManagedObjectForProcessor(CamelContext camel, Processor processor, NamedNode step, Route route) {
        return route != null && route.isCreatedByRouteTemplate()
                ? null
                : super.getManagedObjectForProcessor(camel, processor, step, route);
    }

    /** What a route sends to is seen at its step. */
    @Override
    public Object getManagedObjectForProducer(CamelContext camel, Producer producer) {
        return null;
    }
}
