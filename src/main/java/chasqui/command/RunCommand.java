package chasqui.command;

import chasqui.runtime.Foundation;
import chasqui.runtime.Service;
import chasqui.settings.Settings;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The service: runs until it is told to stop, then drains. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Runs the service until SIGTERM or Ctrl-C, then drains.",
        footer =
                "Settings: application.properties, then --config, then the environment (CHASQUI_HOME for chasqui.home).")
public final class RunCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

    @Mixin
    private SettingsOptions options;

    @Option(names = "--role", paramLabel = "ROLE,…", description = "manager, worker, monitor, api (default: all).")
    private String roles;

    @Option(
            names = "--locations",
            paramLabel = "SITE/LOCATION,…",
            description = "Data locations that a worker here can reach, * for any part (default: all).")
    private String locations;

    @Override
    public Integer call() throws InterruptedException {
        Map<String, String> set = new HashMap<>();
        if (roles != null) {
            set.put("chasqui.node.roles", roles);
        }
        if (locations != null) {
            set.put("chasqui.worker.locations", locations);
        }
        boolean training = Boolean.getBoolean("launcher.training");
        if (training) {
            set.put("chasqui.management.port", "0");
            set.put("chasqui.api.port", "0");
        }
        Settings settings = options.read(set);
        settings.requireValid();
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        try (Foundation foundation = Foundation.openOrWait(settings);
                Service service = Service.start(foundation, settings)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> drain(stop, stopped), "shutdown"));
            log.info("ready in {} s; {}", sinceStart().toMillis() / 1000.0, service.summary());
            if (training) {
                // The launcher only wants to learn which classes a start needs.
                stop.countDown();
            }
            stop.await();
            log.info("draining: no new work, running work finishes or is given back");
        } finally {
            stopped.countDown();
        }
        return ChasquiCommand.DONE;
    }

    private static Duration sinceStart() {
        return Duration.between(
                Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime()), Instant.now());
    }

    /** The virtual machine ends when its hooks have: so this one waits until everything is closed in order. */
    private static void drain(CountDownLatch stop, CountDownLatch stopped) {
        stop.countDown();
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
