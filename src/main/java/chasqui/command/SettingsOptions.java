package chasqui.command;

import chasqui.runtime.Foundation;
import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntBiFunction;
import java.util.function.ToIntFunction;
import org.jdbi.v3.core.Jdbi;
import picocli.CommandLine.Option;

/** Options of every command that needs settings. */
public class SettingsOptions {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Folder of the embedded database and object store (setting chasqui.home).")
    private Path home;

    @Option(names = "--config", paramLabel = "FILE", description = "Settings file that overrides the defaults.")
    private Path config;

    /** Whichever are not given here are those given before, with the command that this one is a part of. */
    void inherit(SettingsOptions before) {
        home = home == null ? before.home : home;
        config = config == null ? before.config : config;
    }

    /**
     * The settings of a short command.
     *
     * @throws chasqui.settings.SettingsRefused names every problem
     */
    Settings checked() {
        Settings settings = read(Map.of());
        settings.requireValid();
        return settings;
    }

    /** @param set settings of the command itself; {@code --home} wins over them */
    Settings read(Map<String, String> set) {
        Map<String, String> over = new HashMap<>(set);
        if (home != null) {
            over.put("chasqui.home", home.toString());
        }
        return SettingsReader.read(config, System.getenv(), over);
    }

    /** Answers from the database of a home that is there, or of the settings; makes none. */
    int ask(ToIntFunction<Jdbi> question) {
        return look((foundation, settings) ->
                question.applyAsInt(foundation.database().jdbi()));
    }

    /** The same for what needs more than the database. */
    int look(ToIntBiFunction<Foundation, Settings> question) {
        Settings settings = checked();
        try (Foundation foundation = Foundation.lookInto(settings)) {
            return question.applyAsInt(foundation, settings);
        }
    }
}
