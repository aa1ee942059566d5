package chasqui.command;

import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Options of every command that needs settings. */
public final class SettingsOptions {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Folder of the embedded database and object store (setting chasqui.home).")
    private Path home;

    @Option(names = "--config", paramLabel = "FILE", description = "Settings file that overrides the defaults.")
    private Path config;

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
}
