package chasqui.recovery;

import chasqui.catalogue.Copies;
import chasqui.pipeline.ThreadsOnDemand;
import chasqui.storage.DurableFiles;
import chasqui.topology.DataLocation;
import chasqui.topology.DiskRoot;
import chasqui.topology.LocationType;
import chasqui.topology.StorageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the folder in which packages from elsewhere arrive at the buffers and archives that this node serves: who sends over the network
 * writes into it, and cannot tell a location that is new from a mount point without its mount.
 */
public final class IncomingFolders implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(IncomingFolders.class);

    private static final Set<LocationType> ARRIVALS = Set.of(LocationType.BUFFER, LocationType.LONG_TERM_ARCHIVE);

    private final Jdbi database;
    private final Set<Long> underWay = ConcurrentHashMap.newKeySet();
    /** As many threads as hang: a location that hangs holds up neither the start nor another. */
    private final ExecutorService threads = ThreadsOnDemand.named("incoming-folders");

    public IncomingFolders(Jdbi database) {
        this.database = database;
    }

    /** Begins with every buffer and archive on DISK among these and returns at once; a location whose last time is not over, because it hangs, is left out. What fails is told. */
    public void begin(List<DataLocation> served) {
        served.stream()
                .filter(location -> location.storage() == StorageType.DISK && ARRIVALS.contains(location.type()))
                .filter(location -> underWay.add(location.id()))
                .forEach(this::start);
    }

    private void start(DataLocation location) {
        try {
            threads.execute(() -> makeOrTell(location));
        } catch (RuntimeException | Error noThread) {
            underWay.remove(location.id());
            throw noThread;
        }
    }

    private void makeOrTell(DataLocation location) {
        try {
            if (!make(location)) {
                log.warn("{}: {} is not mounted; nothing can arrive there from other hosts", location, location.root());
            }
        } catch (IOException | RuntimeException failure) {
            log.warn("{}: the folder for what arrives cannot be made: {}", location, failure.toString());
        } finally {
            underWay.remove(location.id());
        }
    }

    /** @return false where the root is not there, or copies are registered in it and it holds nothing of ours */
    boolean make(DataLocation location) throws IOException {
        if (!Files.isDirectory(location.root())
                || (!DiskRoot.isMounted(location) && Copies.anyAt(database, location.id()))) {
            return false;
        }
        Path incoming = DiskRoot.incoming(location, "x").getParent();
        DurableFiles.createFolders(location.root(), incoming);
        return true;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
