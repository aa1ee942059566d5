package chasqui.command;

import picocli.CommandLine.Option;

/** Options of every command that shows what is there. */
final class LookOptions extends SettingsOptions {
    @Option(names = "--json", description = "One JSON document (docs/formats.md).")
    private boolean json;

    boolean json() {
        return json;
    }
}
