package chasqui.command;

import chasqui.demo.DemoRun;
import chasqui.runtime.Foundation;
import chasqui.runtime.Service;
import chasqui.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Drives files through all seven stages on this machine. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Drives files through all seven stages on this machine, with embedded services.")
public final class DemoCommand implements Callable<Integer> {
    private static final String DEFAULT_HOME = "./chasqui-demo";

    @Mixin
    private SettingsOptions options;

    @Option(
            names = "--input",
            paramLabel = "DIR",
            description = "Folder of real files to use; they stay as they are (default: a made-up observation night).")
    private Path input;

    @Option(names = "--report", paramLabel = "FILE", description = "Write what became of every file, as JSON.")
    private Path report;

    @Option(names = "--keep-running", description = "Keep the services up at the end, until Ctrl-C.")
    private boolean keepRunning;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (input != null && !Files.isDirectory(input)) {
            throw new ParameterException(spec.commandLine(), "--input " + input + ": there is no such folder");
        }
        Map<String, String> set = new HashMap<>(DemoRun.settings());
        set.put("chasqui.home", DEFAULT_HOME);
        set.put("chasqui.management.enabled", Boolean.toString(keepRunning));
        set.put("chasqui.management.port", "0");
        Settings settings = options.read(set);
        settings.requireValid();
        CountDownLatch stopped = new CountDownLatch(1);
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(main, stopped), "shutdown"));
        try (Foundation foundation = Foundation.open(settings)) {
            DemoRun demo = new DemoRun(foundation, settings, System.out, System.err);
            Path topology = demo.prepare();
            try (Service service = Service.start(foundation, settings)) {
                boolean complete = demo.run(service, topology, input, report);
                if (keepRunning) {
                    System.out.println("running on; " + service.summary() + "; Ctrl-C ends it");
                    new CountDownLatch(1).await();
                }
                return complete ? ChasquiCommand.DONE : ChasquiCommand.FAILED;
            }
        } catch (InterruptedException ended) {
            return ChasquiCommand.FAILED;
        } finally {
            stopped.countDown();
        }
    }

    /** On Ctrl-C the services are closed in order before the virtual machine ends. */
    private static void end(Thread main, CountDownLatch stopped) {
        if (stopped.getCount() > 0) {
            main.interrupt();
        }
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
