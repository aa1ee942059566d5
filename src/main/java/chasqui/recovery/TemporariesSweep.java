package chasqui.recovery;

import chasqui.pipeline.OperationStore;
import chasqui.storage.Temporaries;
import chasqui.topology.DataLocation;
import chasqui.topology.StorageType;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what dead attempts left in the temporaries of the locations that this node serves. An attempt that died after
 * its commit has no successor that would do it.
 */
public final class TemporariesSweep implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TemporariesSweep.class);

    private final OperationStore operations;
    /** A thread for each location: one that hangs holds up neither the start nor another, nor the end of the process. */
    private final ExecutorService threads;

    public TemporariesSweep(OperationStore operations) {
        this.operations = operations;
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "temporaries-sweep");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Begins with every DISK location among these and returns at once. What fails is told; the next start tries again. */
    public void begin(List<DataLocation> served) {
        served.stream()
                .filter(location -> location.storage() == StorageType.DISK)
                .forEach(location -> threads.execute(() -> sweepOrTell(location)));
        threads.shutdown();
    }

    private void sweepOrTell(DataLocation location) {
        try {
            int removed = sweep(location);
            if (removed > 0) {
                log.info("{}: {} temporaries of dead attempts removed", location, removed);
            }
        } catch (IOException | RuntimeException failure) {
            log.warn(
                    "{}: what dead attempts left there is not removed, the next start tries again: {}",
                    location,
                    failure.toString());
        }
    }

    /**
     * Removes the temporaries of every operation that is neither waiting nor under way; those of the others belong to
     * whoever works on them, or to their next attempt.
     *
     * @param location on DISK; its root need not be there
     * @return how many names are gone
     * @throws IOException one of them cannot be removed; all of them were tried
     */
    int sweep(DataLocation location) throws IOException {
        if (!Files.isDirectory(location.root())) {
            return 0;
        }
        // First the names, then the database: an operation that begins in between has a name that we do not know.
        List<Temporaries.Left> left = Temporaries.left(location.root());
        Set<Long> dead =
                left.stream().map(Temporaries.Left::operationId).collect(Collectors.toCollection(HashSet::new));
        dead.removeAll(operations.live(Set.copyOf(dead)));
        int removed = 0;
        IOException failed = null;
        for (Temporaries.Left one : left) {
            if (dead.contains(one.operationId())) {
                try {
                    one.remove();
                    removed++;
                } catch (IOException failure) {
                    if (failed == null) {
                        failed = failure;
                    } else {
                        failed.addSuppressed(failure);
                    }
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
        return removed;
    }

    /** Ends what still runs, as far as it can be ended. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
