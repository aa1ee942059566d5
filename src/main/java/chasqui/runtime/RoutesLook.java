package chasqui.runtime;

import chasqui.api.ApiDoor;
import chasqui.api.ApiReplies;
import chasqui.filing.FilingDesk;
import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.SteadyClock;
import chasqui.queue.QueueEndpoints;
import chasqui.recovery.FailurePolicy;
import chasqui.recovery.Monitor;
import chasqui.recovery.NodeProcess;
import chasqui.recovery.Nodes;
import chasqui.recovery.WorkDesk;
import chasqui.runtime.routes.Given;
import chasqui.runtime.routes.Problem;
import chasqui.runtime.routes.RouteCheck;
import chasqui.runtime.routes.RouteFiles;
import chasqui.settings.Settings;
import chasqui.topology.Locations;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jdbi.v3.core.Jdbi;
import org.postgresql.ds.PGSimpleDataSource;

/** Looks at route files where no service runs and no database is asked: with everything that a route can name, idle. */
public final class RoutesLook implements AutoCloseable {
    private final Path folder;
    private final StageBeans stages;
    private final RouteCheck check;
    private final ScheduledExecutorService pool = Executors.newScheduledThreadPool(0);

    /** @throws chasqui.settings.SettingsRefused names every wrong setting, a folder that is not there among them */
    public RoutesLook(Settings read) {
        ServiceSettings settings = ServiceSettings.from(read);
        PGSimpleDataSource nowhere = new PGSimpleDataSource();
        Jdbi database = Jdbi.create(nowhere);
        NodeIdentity node = NodeIdentity.starting(settings.node());
        this.folder = settings.routes();
        this.stages = new StageBeans(database, Path.of(read.text("chasqui.home")), new Locations(database), node, read);
        read.requireValid();
        OperationStore operations =
                new OperationStore(database, stages.effects(), node, settings.lease(), new SteadyClock());
        Map<String, Object> beans = new LinkedHashMap<>(stages.beans(operations));
        beans.put("dataSource", nowhere);
        beans.put("managerPool", pool);
        beans.put("nextRound", new NextRound(pool, () -> null));
        beans.put(
                "queueEndpoints",
                new QueueEndpoints(database, endpoint -> {}, settings.queueEndpoint(), settings.concurrency()));
        beans.put("workDesk", new WorkDesk(operations));
        beans.put("failurePolicy", new FailurePolicy(operations));
        beans.put("monitor", new Monitor(operations, Duration.ZERO, Duration.ZERO));
        beans.put(
                "nodes",
                new Nodes(
                        database,
                        node,
                        NodeProcess.here(
                                Version.version(), List.of(), settings.locations(), ServiceSettings.hostName()),
                        Clock.systemUTC()));
        beans.put("queueWatch", new QueueWatch(database, settings.unclaimedAfter()));
        FilingDesk filing = FilingDesk.idle(settings.filing());
        beans.put("filingDesk", filing);
        beans.put("spoolFilter", new SpoolFilter(filing));
        beans.put("apiDoor", new ApiDoor(database, Path.of(read.text("chasqui.home")), Clock.systemUTC()));
        beans.put("apiReplies", new ApiReplies());
        beans.put(SilentHttp.NAME, new SilentHttp());
        beans.put("locationCircuit", Service.locationCircuit());
        Given given = RouteNeeds.given(beans, RouteProperties.all(settings, read));
        this.check = new RouteCheck(() -> given);
    }

    public Path folder() {
        return folder;
    }

    /**
     * Everything that is wrong with the files as they are now.
     *
     * @throws IOException the folder cannot be read
     */
    public List<Problem> problems() throws IOException {
        return check.problems(RouteFiles.read(folder));
    }

    @Override
    public void close() {
        pool.shutdownNow();
        stages.close();
    }
}
