package chasqui.command;

import chasqui.embedded.HomeFolders;
import chasqui.pipeline.JournalContents;
import chasqui.pipeline.ResultJournal;
import chasqui.runtime.Foundation;
import chasqui.settings.Settings;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows how everything stands. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows what every stage has before it, what fails or waits and why, and what lies where.")
public final class StatusCommand implements Callable<Integer> {
    @Mixin
    private LookOptions options;

    @Override
    public Integer call() {
        Settings settings = options.checked();
        Path home = Path.of(settings.text("chasqui.home")).toAbsolutePath().normalize();
        // Before the database is asked: it may be what they wait for.
        JournalContents results = ResultJournal.look(new HomeFolders(home).journal());
        if (!options.json()) {
            results.told().forEach(System.out::println);
        }
        try (Foundation foundation = Foundation.lookInto(settings)) {
            return new StatusReport(foundation.database().jdbi(), results, System.out).run(options.json());
        }
    }
}
