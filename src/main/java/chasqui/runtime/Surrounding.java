package chasqui.runtime;

import chasqui.bbcp.BbcpOptions;
import chasqui.embedded.HomeFolders;
import chasqui.settings.Settings;
import chasqui.settings.SettingsRefused;
import chasqui.storage.S3Clients;
import chasqui.topology.Surroundings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a topology can refer to on this machine. */
public final class Surrounding {
    private Surrounding() {}

    /**
     * What a topology is checked against. Keys are wanted here by a process that serves every location; of many machines
     * each has those that it needs, and the preflights of its locations say when it has not.
     *
     * @throws SettingsRefused the folder of the routes is not there
     */
    public static Surroundings of(HomeFolders home, Settings settings) {
        Path routes = RouteFolder.of(settings);
        settings.requireValid();
        boolean alone = settings.list("chasqui.node.roles").contains("worker")
                && settings.list("chasqui.worker.locations").contains("*/*");
        return new Surroundings(
                Map.of("home", home.root().toString()),
                KnownMethods.in(routes),
                Surrounding::wrongOptions,
                name -> !alone || knowsCredential(home, name));
    }

    private static boolean knowsCredential(HomeFolders home, String name) {
        try (S3Clients clients = new S3Clients(home.root().resolve("aws"))) {
            return clients.knowsCredential(name);
        }
    }

    /** The same for a node: which credentials it must have, the preflights of the locations that it reaches say. */
    static Surroundings ofNode(HomeFolders home, Settings settings) {
        Surroundings here = of(home, settings);
        return new Surroundings(here.placeholders(), here.transferMethods(), here.methodOptions(), name -> true);
    }

    private static List<String> wrongOptions(String method, Map<String, String> options) {
        if (!"bbcp".equals(method)) {
            return Surroundings.noOptions(method, options);
        }
        List<String> problems = new ArrayList<>();
        BbcpOptions.DEFAULT.with(options, problems);
        return problems;
    }
}
