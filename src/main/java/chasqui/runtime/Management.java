package chasqui.runtime;

import chasqui.database.Database;
import chasqui.embedded.PrivateFiles;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.Recurring;
import chasqui.pipeline.SteadyClock;
import chasqui.queue.HintCounts;
import chasqui.runtime.HealthProbe.Concern;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.main.Main;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The web server for operators, on a port of its own: Hawtio and Jolokia with a password, health and metrics without.
 * Sharing the port with another server would make Camel ignore the password.
 */
final class Management implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Management.class);

    private final ManagementSettings settings;
    private final Path home;
    private final Rounds rounds = new Rounds(new SteadyClock());
    private final List<HealthProbe> probes = new ArrayList<>();
    private final List<MeterBinder> meters = new ArrayList<>();
    private final List<Recurring> tasks = new CopyOnWriteArrayList<>();
    /** Those that are routes. */
    private final Set<String> loops = ConcurrentHashMap.newKeySet();

    private PipelineMetrics metrics;
    private volatile DatabasePulse pulse;
    private String url;

    /** @param home folder that keeps the password and tells the address */
    Management(ManagementSettings settings, Path home) {
        this.settings = settings;
        this.home = home;
    }

    /**
     * Looks for the port before anything starts.
     *
     * @throws PortInUse another process listens on it
     */
    void requirePort() {
        if (settings.enabled() && settings.port() != 0) {
            PortInUse.requireFree(settings.host(), settings.port(), ManagementSettings.PORT);
        }
    }

    /**
     * Before Camel starts.
     *
     * @param silentRoutes regular expressions for the ids of routes that do not run here, and are not missed
     */
    void configure(Main camel, List<String> silentRoutes) {
        if (!settings.enabled()) {
            camel.addOverrideProperty("camel.management.enabled", "false");
            return;
        }
        camel.bind("roundsNotifier", new RoundsNotifier(rounds));
        Path users = new OperatorPassword(home).ensured();
        Map.ofEntries(
                        Map.entry("camel.management.enabled", "true"),
                        Map.entry("camel.management.host", settings.host()),
                        Map.entry("camel.management.port", Integer.toString(settings.port())),
                        Map.entry("camel.management.jolokiaEnabled", "true"),
                        Map.entry("camel.management.jolokiaPath", "/hawtio/jolokia"),
                        Map.entry("camel.management.authenticationEnabled", "true"),
                        Map.entry("camel.management.authenticationPath", "/hawtio/*"),
                        Map.entry("camel.management.authenticationRealm", "Chasqui"),
                        Map.entry("camel.management.basicPropertiesFile", users.toString()),
                        Map.entry("camel.management.healthCheckEnabled", "true"),
                        Map.entry("camel.management.metricsEnabled", "true"),
                        Map.entry("camel.management.infoEnabled", "false"),
                        Map.entry("camel.management.devConsoleEnabled", "false"),
                        Map.entry("camel.metrics.enabled", "true"),
                        Map.entry("camel.metrics.enableExchangeEventNotifier", "false"),
                        Map.entry("camel.metrics.binders", "jvm-memory,jvm-gc,jvm-thread,processor,uptime"),
                        Map.entry("camel.health.exposureLevel", "full"))
                .forEach(camel::addOverrideProperty);
        if (!silentRoutes.isEmpty()) {
            camel.addOverrideProperty(
                    "camel.health.excludePattern", "(route|consumer):(" + String.join("|", silentRoutes) + ")");
        }
    }

    /**
     * After Camel has started.
     *
     * @param parts what else must be alive, by name, such as an embedded server
     */
    void started(CamelContext camel, Database database, OperationStore operations, Map<String, BooleanSupplier> parts) {
        if (!settings.enabled()) {
            return;
        }
        VertxPlatformHttpRouter router = camel.getRegistry().findByType(VertxPlatformHttpRouter.class).stream()
                .filter(VertxPlatformHttpRouter::isManagementServer)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the management server did not start"));
        new Console(router).mount();
        expectLoops(camel);
        pulse = new DatabasePulse(database, rounds::excuse);
        health(camel, pulse, parts);
        watch(pulse.start(settings.loopLimit()));
        MeterRegistry registry = camel.getRegistry().findSingleByType(MeterRegistry.class);
        meters.forEach(meter -> meter.bindTo(registry));
        metrics = PipelineMetrics.start(registry, database.jdbi(), operations, this::watch);
        Optional.ofNullable(camel.getRegistry().findSingleByType(HintCounts.class))
                .ifPresent(metrics::count);
        url = "http://%s:%d/hawtio/"
                .formatted(bracketed(settings.host()), router.getServer().getPort());
        announce();
    }

    /** Where operators look; empty when switched off or not started. */
    Optional<String> url() {
        return Optional.ofNullable(url);
    }

    /** A loop outside of Camel that counts from now on. */
    void expect(String loop) {
        rounds.expect(loop, settings.loopLimit());
    }

    /** More for Prometheus, before {@link #started}. */
    void meter(MeterBinder meter) {
        meters.add(meter);
    }

    /** One more line of health, before {@link #started}. */
    void probe(HealthProbe probe) {
        probes.add(probe);
    }

    /** A task whose failures health tells from now on. */
    void watch(Recurring task) {
        tasks.add(task);
    }

    /** The node's beat reached the database. */
    void beatReached(String loop) {
        rounds.completed(loop);
        if (pulse != null) {
            pulse.beatReached();
        }
    }

    /** The node's beat did not reach the database, or what it carries did not. */
    void beatFailed(RuntimeException why) {
        if (pulse != null) {
            pulse.beatFailed(why);
        }
    }

    /** Where loops outside of Camel count their rounds. */
    Rounds rounds() {
        return rounds;
    }

    /** Loops that are new among the routes count from now on; those that are gone no longer. */
    void followLoops(CamelContext camel) {
        loops.stream().filter(loop -> camel.getRoute(loop) == null).toList().forEach(loop -> {
            loops.remove(loop);
            rounds.forget(loop);
        });
        expectLoops(camel);
    }

    private void expectLoops(CamelContext camel) {
        for (Route route : camel.getRoutes()) {
            // Null: it has gone since they were listed, as routes of queues do beside this.
            ServiceStatus status = camel.getRouteController().getRouteStatus(route.getRouteId());
            boolean runs = status != null && status.isStarted();
            if (RoundsNotifier.isLoop(route.getEndpoint().getEndpointUri()) && runs) {
                loops.add(route.getRouteId());
                expect(route.getRouteId());
            }
        }
    }

    private void health(CamelContext camel, DatabasePulse database, Map<String, BooleanSupplier> parts) {
        HealthCheckRegistry checks = HealthCheckRegistry.get(camel);
        checks.register(new HealthProbe("database", Concern.PROCESS, database::problems));
        checks.register(new HealthProbe("loops", Concern.RESTART, () -> rounds.silent().stream()
                .map(loop -> "%s has completed no round since %s; look at the log for its errors, or restart"
                        .formatted(loop, rounds.last().get(loop)))
                .toList()));
        checks.register(new HealthProbe("tasks", Concern.PROCESS, () -> tasks.stream()
                .flatMap(task -> task.trouble().stream())
                .toList()));
        probes.forEach(checks::register);
        parts.forEach((name, alive) -> checks.register(new HealthProbe(
                name,
                Concern.RESTART,
                () -> alive.getAsBoolean() ? List.of() : List.of(name + " is not running; restart this process"))));
    }

    private void announce() {
        try {
            PrivateFiles.write(home.resolve("management.properties"), """
                    # Where operators look into the process that runs in this home; gone when it is stopped.
                    url=%s
                    user=%s
                    password.file=%s
                    """.formatted(
                            url, OperatorPassword.USER, new OperatorPassword(home).ensured()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write management.properties into the home " + home, e);
        }
        log.info(
                "management: {} as {}, password in {}",
                url,
                OperatorPassword.USER,
                new OperatorPassword(home).ensured());
        if (!isLoopback()) {
            log.warn(
                    "{} is {}: others on the network reach it, and the password travels in clear; put TLS in front",
                    ManagementSettings.HOST,
                    settings.host());
        }
    }

    private boolean isLoopback() {
        try {
            return InetAddress.getByName(settings.host()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static String bracketed(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    @Override
    public void close() {
        if (metrics != null) {
            metrics.close();
        }
        if (pulse != null) {
            pulse.close();
        }
        try {
            Files.deleteIfExists(home.resolve("management.properties"));
        } catch (IOException e) {
            log.warn("cannot remove management.properties from the home: {}", e.toString());
        }
    }
}
