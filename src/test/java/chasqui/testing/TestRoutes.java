package chasqui.testing;

import chasqui.pipeline.OperationStore;
import chasqui.recovery.FailurePolicy;
import chasqui.recovery.WorkDesk;
import chasqui.runtime.NextRound;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.main.Main;
import org.apache.camel.model.Resilience4jConfigurationDefinition;

/** Real route files in a real Camel, with worker routes that are woken by hand and managers whose interval is an hour. */
public final class TestRoutes implements AutoCloseable {
    private final Main camel = new Main();
    private final ScheduledExecutorService pool = Executors.newScheduledThreadPool(1);

    /**
     * @param folder empty folder for copies of the route files
     * @param files names in {@code routes/}; the failure policy comes by itself
     * @param beans by the names that the routes use
     */
    public TestRoutes(Path folder, OperationStore operations, Map<String, Object> beans, String... files)
            throws Exception {
        copy("failure-policy.camel.yaml", folder);
        for (String file : files) {
            copy(file, folder);
        }
        camel.bind("workDesk", new WorkDesk(operations));
        camel.bind("failurePolicy", new FailurePolicy(operations));
        camel.bind("managerPool", pool);
        camel.bind("nextRound", new NextRound(pool, camel::getCamelContext));
        camel.bind(
                "locationCircuit",
                new Resilience4jConfigurationDefinition()
                        .slidingWindowSize(50)
                        .minimumNumberOfCalls(50)
                        .failureRateThreshold(100));
        if (!List.of(files).contains("queues.camel.yaml")) {
            camel.configure().addRoutesBuilder(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:offer").routeId("offer").to("log:offer?level=TRACE");
                }
            });
        }
        beans.forEach(camel::bind);
        camel.addOverrideProperty("camel.main.routes-include-pattern", "file:" + folder + "/*.camel.yaml");
        camel.addOverrideProperty("camel.main.auto-startup-exclude-pattern", ".*-manager");
        camel.addOverrideProperty("chasqui.manager.delay-ms", "3600000");
        camel.start();
    }

    /** Builds the worker route of one queue. */
    public void worker(String template, String queue) throws Exception {
        TemplatedRouteBuilder.builder(camel.getCamelContext(), template)
                .routeId(queue)
                .parameter("queue", queue)
                .parameter("endpoint", "direct:" + queue)
                .add();
    }

    /** Wakes a worker and waits until nothing is due in its queue any more. */
    public void wake(String queue) {
        camel.getCamelContext().createProducerTemplate().sendBody("direct:" + queue, "hint");
    }

    /** As an operator stops a route in Hawtio. */
    public void stop(String route) throws Exception {
        camel.getCamelContext().getRouteController().stopRoute(route);
    }

    /** As an operator starts a route in Hawtio. */
    public void start(String route) throws Exception {
        camel.getCamelContext().getRouteController().startRoute(route);
    }

    /** Sends one body with exchange properties to an endpoint, and throws what the route throws. */
    public void send(String endpoint, Object body, Map<String, Object> properties) throws Exception {
        Exchange answer = camel.getCamelContext().createProducerTemplate().send(endpoint, exchange -> {
            exchange.getMessage().setBody(body);
            properties.forEach(exchange::setProperty);
        });
        if (answer.getException() != null) {
            throw answer.getException();
        }
    }

    private static void copy(String file, Path folder) throws Exception {
        Files.copy(Path.of("routes", file), folder.resolve(file));
    }

    @Override
    public void close() {
        camel.stop();
        pool.shutdownNow();
    }
}
