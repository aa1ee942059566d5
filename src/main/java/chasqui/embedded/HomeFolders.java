package chasqui.embedded;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The names inside a home, for whoever only looks: no lock is taken and nothing is created.
 *
 * @param root absolute path of the home
 */
public record HomeFolders(Path root) {

    public Path postgres() {
        return root.resolve("postgres");
    }

    /** Where the embedded PostgreSQL can be reached and with which password; readable by the owner alone. */
    public Path connectionProperties() {
        return postgres().resolve("connection.properties");
    }

    public Path s3() {
        return root.resolve("s3");
    }

    /** Standard AWS {@code credentials} and {@code config} files, see {@link EmbeddedObjectStore#howToLook()}. */
    public Path aws() {
        return root.resolve("aws");
    }

    /** Results of finished work that wait for the database; {@code refused/} in it is for a human. */
    public Path journal() {
        return root.resolve("journal");
    }

    /** The last good topology, for a start without the database. */
    public Path topologyCache() {
        return root.resolve("topology-cache.json");
    }

    Path lock() {
        return root.resolve("lock");
    }

    Path holderFile() {
        return root.resolve("holder");
    }

    /** The process that has this home open now, if there is one. */
    public Optional<HomeHolder> holder() {
        return HomeHolder.read(holderFile()).filter(HomeHolder::running);
    }
}
