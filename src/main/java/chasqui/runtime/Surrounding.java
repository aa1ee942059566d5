package chasqui.runtime;

import chasqui.embedded.HomeFolders;
import chasqui.storage.S3Clients;
import chasqui.topology.Surroundings;
import java.util.Map;
import java.util.Set;

/** What a topology can refer to on this machine. */
public final class Surrounding {
    /** Methods with a route in {@code routes/transfer-methods.camel.yaml}. */
    private static final Set<String> TRANSFER_METHODS = Set.of("cp");

    private Surrounding() {}

    public static Surroundings of(HomeFolders home) {
        return new Surroundings(Map.of("home", home.root().toString()), TRANSFER_METHODS, name -> {
            try (S3Clients clients = new S3Clients(home.root().resolve("aws"))) {
                return clients.profileExists(name);
            }
        });
    }
}
