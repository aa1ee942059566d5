package chasqui.runtime;

import chasqui.api.ApiDoor;
import chasqui.api.ApiReplies;
import chasqui.database.Database;
import chasqui.filing.FilingDesk;
import chasqui.pipeline.Adopter;
import chasqui.pipeline.LeaseRenewer;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.Recurring;
import chasqui.pipeline.ResultJournal;
import chasqui.pipeline.StageEffects;
import chasqui.pipeline.SteadyClock;
import chasqui.queue.HintCounts;
import chasqui.queue.QueueEndpoints;
import chasqui.queue.redis.RedisSettings;
import chasqui.recovery.FailureClassifier;
import chasqui.recovery.FailurePolicy;
import chasqui.recovery.Monitor;
import chasqui.recovery.NodeProcess;
import chasqui.recovery.Nodes;
import chasqui.recovery.WorkDesk;
import chasqui.runtime.HealthProbe.Concern;
import chasqui.runtime.queue.RedisQueueComponent;
import chasqui.runtime.routes.RoutesRefused;
import chasqui.runtime.routes.Templates;
import chasqui.settings.Settings;
import chasqui.topology.LocationPatterns;
import chasqui.topology.Locations;
import chasqui.topology.StoredTopology;
import chasqui.topology.TopologyCache;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.main.Main;
import org.apache.camel.model.Resilience4jConfigurationDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running pipeline: managers, workers and monitor of this process as Camel routes. */
public final class Service implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Service.class);
    private static final int MANAGER_THREADS = 4;
    private static final String LEASE_LOOP = "lease-renewer";
    private static final String TOPOLOGY_LOOP = "topology";

    private final Main camel = new ManyRoutes();
    private final ServiceSettings settings;
    private final StoredTopology stored;
    private final OperationStore operations;
    private final LeaseRenewer renewer;
    private final WorkDesk desk;
    private final Nodes nodes;
    private final Monitor monitor;
    private final QueueWatch queueWatch;
    private final LocationWatch locationWatch;
    private final PreflightControl control;
    private final Tidying tidying;
    private final StageBeans stages;
    private final List<AddedStage> added;
    private final RedisQueueComponent redis;
    private final FilingDesk filing;
    private final boolean filingWaited;
    private final ApiDoor door;
    private final ApiServer api;
    private final LateJoin late;
    private final ScheduledExecutorService managerPool;
    private final HintCounts hints = new HintCounts();
    private final Management management;
    private final LiveRoutes routes;

    private volatile WorkerRoutes workers;
    private volatile TopologyWatch watch;

    private Service(Foundation foundation, Settings read, List<AddedStage> added) {
        this.added = List.copyOf(added);
        this.settings = ServiceSettings.from(read);
        NodeIdentity node = NodeIdentity.starting(settings.node());
        Locations locations = new Locations(
                foundation.database().jdbi(),
                new TopologyCache(foundation.home().topologyCache()));
        this.late = new LateJoin(foundation, read, () -> join(foundation, locations));
        if (!foundation.tryFirst(() -> prepare(foundation, locations))) {
            locations.recall();
        }
        this.stages =
                new StageBeans(foundation.database().jdbi(), foundation.home().root(), locations, node, read);
        this.management =
                new Management(ManagementSettings.from(read), foundation.home().root());
        this.redis = new RedisQueueComponent(RedisSettings.from(read), node.name() + "/" + node.bootId())
                .showing(settings.roles(), node.name());
        this.api = new ApiServer(ApiSettings.from(read), foundation.home().root());
        read.requireValid();
        this.stored = new StoredTopology(foundation.database().jdbi(), Surrounding.ofNode(foundation.home(), read));
        management.requirePort();
        api.requirePort();
        this.filing = FilingDesk.open(
                foundation.home().root(),
                settings.filing(),
                foundation.database().jdbi(),
                locations,
                new LocationPatterns(settings.locations()),
                settings.node());
        this.filingWaited = filing.holdsSomething();
        this.door = new ApiDoor(foundation.database().jdbi(), foundation.home().root(), Clock.systemUTC());
        door.open();
        door.refresh();
        management.probe(new HealthProbe(
                "filing",
                Concern.SYSTEM,
                filing::problems,
                () -> filing.waiting(settings.roles().contains("api"))));
        management.meter(new FilingGauges(filing));
        management.probe(new HealthProbe("redis", Concern.SYSTEM, redis::problems));
        this.operations =
                new OperationStore(foundation.database().jdbi(), effects(), node, settings.lease(), new SteadyClock());
        Map<String, Object> work = work();
        operations.keepResultsIn(new ResultJournal(foundation.home().journal()));
        operations.adoptWith(
                work.values().stream()
                        .filter(Adopter.class::isInstance)
                        .map(Adopter.class::cast)
                        .toList(),
                FailureClassifier::classify,
                operation -> workers != null && workers.begins(operation.queue()));
        this.desk = new WorkDesk(operations, hints::looked);
        this.tidying = new Tidying(foundation.database(), operations, settings.incomingAge());
        this.queueWatch = new QueueWatch(foundation.database().jdbi(), settings.unclaimedAfter());
        this.nodes = new Nodes(
                foundation.database().beats(),
                node,
                NodeProcess.here(
                        Version.version(),
                        new TreeSet<>(settings.roles()).stream().toList(),
                        settings.locations(),
                        ServiceSettings.hostName()),
                Clock.systemUTC());
        this.managerPool = managerPool();
        foundation.tryFirst(nodes::enter);
        this.locationWatch = LocationWatch.of(
                foundation.database().jdbi(), node, settings, stages.checks(settings.preflight()), managerPool);
        this.control = new PreflightControl(locationWatch);
        if (isWorker()) {
            // While the routes are made.
            locationWatch.follow(locations.current());
        }
        foundation.tryFirst(this::recoverOwnPast);
        Duration beat = settings.lease().renewEvery();
        this.monitor = new Monitor(operations, beat, beat.multipliedBy(2).plus(Database.LONGEST_BEAT));
        // The node's own beat comes after its leases': a lease that is older than it was left out on purpose.
        this.renewer = new LeaseRenewer(operations, foundation.database().beats(), new NodeBeat());
        management.probe(new HealthProbe(
                "node", Concern.RESTART, () -> nodes.trouble().stream().toList()));
        management.probe(new HealthProbe("locations", Concern.SYSTEM, locationWatch::problems, locationWatch::told));
        management.probe(new HealthProbe(
                "results", Concern.SYSTEM, () -> operations.late().problems(), () -> operations.late().told().stream()
                        .toList()));
        management.probe(new HealthProbe("queues", Concern.SYSTEM, queueWatch::problems));
        management.rounds().expect(LEASE_LOOP, ManagementSettings.from(read).loopLimit());
        QueueEndpoints queues = new QueueEndpoints(
                foundation.database().jdbi(),
                endpoint -> camel().getEndpoint(endpoint),
                settings.queueEndpoint(),
                settings.concurrency());
        Map<String, Object> named = named(foundation, queues, work);
        named.forEach(camel::bind);
        camel.bind(RedisQueueComponent.SCHEME + "-component", redis);
        camel.bind("hintCounts", hints);
        Map<String, String> properties = RouteProperties.all(settings, read);
        properties.forEach(camel::addOverrideProperty);
        this.routes = new LiveRoutes(settings.routes(), settings.routesLook(), RouteNeeds.given(named, properties));
        management.probe(routes.probe());
        configure();
        startCamel(locations, queues, foundation);
    }

    /**
     * Starts everything that this node's roles ask for.
     *
     * @throws chasqui.settings.SettingsRefused names every wrong setting
     */
    public static Service start(Foundation foundation, Settings settings) {
        return start(foundation, settings, List.of());
    }

    /** The same, with stages beside those of the product. */
    public static Service start(Foundation foundation, Settings settings, List<AddedStage> added) {
        return new Service(foundation, settings, added);
    }

    /** What a start does first, where its database came later. */
    private void join(Foundation foundation, Locations locations) {
        nodes.enter();
        prepare(foundation, locations);
        recoverOwnPast();
    }

    private static void prepare(Foundation foundation, Locations locations) {
        OwnGround.prepare(foundation);
        locations.refresh();
    }

    private void recoverOwnPast() {
        int mine = operations.recoverOwnPast().size();
        if (mine > 0) {
            log.info("{} operations of an earlier incarnation of {} are back in their queues", mine, settings.node());
        }
    }

    private List<StageEffects> effects() {
        return Stream.concat(stages.effects().stream(), added.stream().map(AddedStage::effects))
                .toList();
    }

    private final class NodeBeat implements LeaseRenewer.Beat {
        @Override
        public void renewed() {
            if (nodes.beat(operations.held().size())) {
                locationWatch.forgotten();
            }
            monitor.beat();
            management.beatReached(LEASE_LOOP);
        }

        @Override
        public void failed(RuntimeException why) {
            management.beatFailed(why);
        }
    }

    /** Managers and workers. */
    private Map<String, Object> work() {
        Map<String, Object> beans = new LinkedHashMap<>(stages.beans(operations));
        added.forEach(stage -> beans.putAll(stage.beans().apply(operations)));
        return beans;
    }

    /** Everything that a route can name. */
    private Map<String, Object> named(Foundation foundation, QueueEndpoints queues, Map<String, Object> work) {
        Map<String, Object> beans = new LinkedHashMap<>(work);
        beans.put("dataSource", foundation.database().dataSource());
        beans.put("managerPool", managerPool);
        beans.put("nextRound", new NextRound(managerPool, this::camel));
        beans.put("queueEndpoints", queues);
        beans.put("workDesk", desk);
        beans.put("failurePolicy", new FailurePolicy(operations));
        beans.put("monitor", monitor);
        beans.put("nodes", nodes);
        beans.put("queueWatch", queueWatch);
        beans.put("filingDesk", filing);
        beans.put("apiDoor", door);
        beans.put("apiReplies", new ApiReplies());
        beans.put("spoolFilter", new SpoolFilter(filing));
        beans.put("locationCircuit", locationCircuit());
        return beans;
    }

    /** Opens after five failures in a row that a location or link is to blame for; probes again half a minute later. */
    static Resilience4jConfigurationDefinition locationCircuit() {
        return new Resilience4jConfigurationDefinition()
                .slidingWindowSize(5)
                .minimumNumberOfCalls(5)
                .failureRateThreshold(100)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitDurationInOpenState(30);
    }

    private void configure() {
        camel.configure().withName("chasqui");
        Map.of(
                        "camel.main.shutdown-timeout",
                        Long.toString(settings.drain().toSeconds()),
                        "camel.main.shutdown-now-on-timeout",
                        "true")
                .forEach(camel::addOverrideProperty);
        List<String> silent = SilentRoutes.of(settings.roles(), filingWaited);
        if (!silent.isEmpty()) {
            camel.addOverrideProperty("camel.main.auto-startup-exclude-pattern", String.join(",", silent));
        }
        api.configure(camel);
        management.configure(camel, silent);
    }

    private void startCamel(Locations locations, QueueEndpoints queues, Foundation foundation) {
        try {
            routes.checkedInto(camel);
            camel.start();
            // Camel makes one of its own while it starts; the worker routes come after.
            camel().getManagementStrategy().setManagementObjectStrategy(new RoutesOverJmx());
            if (isWorker()) {
                workers = new WorkerRoutes(
                        camel.getCamelContext(),
                        locations,
                        foundation.database().jdbi(),
                        queues,
                        new Reach(settings.locations(), locationWatch.preflights()::allows),
                        stages.linkConcurrency(),
                        desk::rest);
                locationWatch.started(() -> {
                    if (watch != null) {
                        watch.run();
                    }
                });
                control.register();
                foundation.tryFirst(this::serve);
                management.watch(tidying.every(managerPool, workers::locations));
            }
            watch(foundation, locations);
            api.started();
            management.started(camel.getCamelContext(), foundation.database(), operations, parts(foundation));
            followRoutes(locations);
            if (!foundation.database().isOpen()) {
                tidying.databaseComesLater();
                management.watch(late.begin());
            }
        } catch (RoutesRefused refused) {
            close();
            throw refused;
        } catch (Exception failure) {
            close();
            throw new ServiceNotStarted(failure);
        }
    }

    private void serve() {
        try {
            workers.refresh();
        } catch (Exception failure) {
            throw RuntimeCamelException.wrapRuntimeException(failure);
        }
    }

    private void followRoutes(Locations locations) {
        routes.follow(
                camel(),
                workers == null ? Templates.NONE : workers,
                () -> workers == null ? Map.of() : workers.types(),
                () -> RouteNeeds.methods(locations.current(), stages.transferMethod()),
                () -> management.followLoops(camel()));
    }

    private void watch(Foundation foundation, Locations locations) {
        management.expect(TOPOLOGY_LOOP);
        watch = new TopologyWatch(
                foundation,
                locations,
                Optional.ofNullable(workers),
                locationWatch,
                served -> {
                    tidying.served(served);
                    routes.topologyChanged();
                },
                stored,
                () -> management.rounds().completed(TOPOLOGY_LOOP));
        management.probe(new HealthProbe("topology", Concern.SYSTEM, watch::problems, watch::told));
        Duration pause = TopologyWatch.pause(settings.managerInterval());
        management.watch(new Recurring("following the topology", watch).after(managerPool, pause, pause));
    }

    private boolean isWorker() {
        return settings.roles().contains("worker");
    }

    private static Map<String, BooleanSupplier> parts(Foundation foundation) {
        Map<String, BooleanSupplier> parts = new TreeMap<>();
        foundation.embeddedDatabase().ifPresent(database -> parts.put("embedded PostgreSQL", database::alive));
        foundation.objectStore().ifPresent(store -> parts.put("embedded S3", store::alive));
        return parts;
    }

    private static ScheduledExecutorService managerPool() {
        ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(MANAGER_THREADS, task -> {
            Thread thread = new Thread(task, "manager");
            thread.setDaemon(true);
            return thread;
        });
        pool.setRemoveOnCancelPolicy(true);
        return pool;
    }

    public CamelContext camel() {
        return camel.getCamelContext();
    }

    /** What runs here, in one line. */
    public String summary() {
        return "node " + settings.node() + ", roles " + String.join(",", new TreeSet<>(settings.roles())) + ", "
                + (workers == null ? 0 : workers.queues().size()) + " queues served"
                + management.url().map(url -> ", console " + url).orElse("");
    }

    /** Loops that make this process unhealthy when they stand still. */
    Set<String> loops() {
        return management.rounds().last().keySet();
    }

    public OperationStore operations() {
        return operations;
    }

    /** Drains: no new work, running work finishes within the drain time or is given back. */
    @Override
    public void close() {
        late.close();
        desk.close();
        last(routes::close);
        if (watch != null) {
            watch.close();
        }
        if (workers != null) {
            workers.close();
        }
        try {
            camel.stop();
        } finally {
            operations.held().forEach(lease -> last(() -> operations.giveBack(lease, "the node is shutting down")));
            last(control::close);
            last(locationWatch::close);
            last(tidying::close);
            last(filing::close);
            last(api::close);
            last(management::close);
            last(renewer::close);
            last(managerPool::shutdownNow);
            last(stages::close);
            last(nodes::leave);
        }
    }

    /** With the database away, a lease ends by itself; what is left to close must be closed all the same. */
    private static void last(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException failure) {
            log.warn("while shutting down: {}", failure.toString());
        }
    }
}
