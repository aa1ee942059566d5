package chasqui.runtime;

import chasqui.runtime.HealthProbe.Concern;
import chasqui.runtime.routes.Given;
import chasqui.runtime.routes.Problem;
import chasqui.runtime.routes.RouteCheck;
import chasqui.runtime.routes.RouteFiles;
import chasqui.runtime.routes.RoutesRefused;
import chasqui.runtime.routes.RunningRoutes;
import chasqui.runtime.routes.Templates;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;

/** The routes of a process from its start to its end: checked, then run, then followed. */
final class LiveRoutes implements AutoCloseable {
    private static final String METHOD = "direct://transfer-";

    private final Path folder;
    private final Duration look;
    private final Given given;
    private RouteFiles files;
    private volatile RouteWatch watch;
    private RouteControl control;

    /** @param look how often the folder is looked at; zero: only when somebody asks over JMX */
    LiveRoutes(Path folder, Duration look, Given given) {
        this.folder = folder;
        this.look = look;
        this.given = given;
    }

    /**
     * Reads the files, and has Camel run what was read when it starts. (Camel by itself would read them again, and none
     * behind a link.)
     *
     * @throws RoutesRefused names everything that is wrong with them
     * @throws IOException they cannot be read
     */
    void checkedInto(Main camel) throws IOException {
        files = RouteFiles.read(folder);
        List<Problem> problems = new RouteCheck(() -> given).problems(files);
        if (!problems.isEmpty()) {
            throw new RoutesRefused(folder, problems);
        }
        camel.addMainListener(new MainListenerSupport() {
            @Override
            public void afterConfigure(BaseMainSupport main) {
                files.loadInto(main.getCamelContext());
            }
        });
    }

    /**
     * @param types operation types that have a queue here, each with an example
     * @param methods transfer methods that the topology asks for, each with an example
     * @param changed told after the routes have become others
     */
    void follow(
            CamelContext camel,
            Templates templates,
            Supplier<Map<String, String>> types,
            Supplier<Map<String, String>> methods,
            Runnable changed) {
        RouteCheck check = new RouteCheck(() -> given.asking(types.get(), running(camel, methods.get())));
        watch = new RouteWatch(folder, files, check, new RunningRoutes(camel, templates, files), changed);
        control = new RouteControl(watch);
        control.register();
        watch.start(look);
    }

    /** A method that had no route before is missed by its transfers, which say so; it keeps no edit away. */
    private static Map<String, String> running(CamelContext camel, Map<String, String> methods) {
        Set<String> begun = camel.getRoutes().stream()
                .map(route -> route.getEndpoint().getEndpointBaseUri())
                .collect(Collectors.toSet());
        Map<String, String> running = new TreeMap<>(methods);
        running.keySet().removeIf(method -> !begun.contains(METHOD + method));
        return running;
    }

    /**
     * DOWN while the files are not those that run. For {@code /observe/health} only: the process does its work all the same,
     * and to start it again would be refused.
     */
    HealthProbe probe() {
        return new HealthProbe(
                "routes",
                Concern.SYSTEM,
                () -> watch == null ? List.of() : watch.problems(),
                () -> watch == null ? List.of() : watch.told());
    }

    /** What was refused for the sake of the topology is judged again. */
    void topologyChanged() {
        if (watch != null) {
            watch.changedElsewhere();
        }
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.close();
            control.close();
        }
    }
}
