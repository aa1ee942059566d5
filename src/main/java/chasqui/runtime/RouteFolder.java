package chasqui.runtime;

import chasqui.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;

/** The folder of the route files. */
final class RouteFolder {
    private RouteFolder() {}

    /** As set; a relative one belongs to the program, wherever it was started from. */
    static Path of(Settings settings) {
        Path routes = Path.of(System.getProperty("chasqui.root", ""))
                .resolve(settings.text("chasqui.routes"))
                .toAbsolutePath()
                .normalize();
        if (!Files.isDirectory(routes)) {
            settings.refuse("chasqui.routes", "there is no such folder: " + routes);
        }
        return routes;
    }
}
