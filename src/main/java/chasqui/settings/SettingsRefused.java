package chasqui.settings;

import java.util.List;

/** Settings that cannot be worked with, all problems at once. */
public final class SettingsRefused extends RuntimeException {
    SettingsRefused(List<String> problems) {
        super("the settings are refused:\n  " + String.join("\n  ", problems));
    }
}
