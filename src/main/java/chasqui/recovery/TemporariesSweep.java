package chasqui.recovery;

import chasqui.pipeline.OperationStore;
import chasqui.storage.Temporaries;
import chasqui.topology.DataLocation;
import chasqui.topology.StorageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Removes what dead attempts left in the temporaries of the locations that this node serves. An attempt that died after
 * its commit has no successor that would do it.
 */
final class TemporariesSweep implements Sweep {
    private final OperationStore operations;

    TemporariesSweep(OperationStore operations) {
        this.operations = operations;
    }

    @Override
    public String what() {
        return "temporaries of dead attempts";
    }

    /**
     * Removes the temporaries of every operation that is neither waiting nor under way; those of the others belong to
     * whoever works on them, or to their next attempt.
     *
     * @param location on DISK, or on TAPE with a folder for what comes back; it need not be there
     * @return how many names are gone
     * @throws IOException one of them cannot be removed; all of them were tried
     */
    @Override
    public int sweep(DataLocation location) throws IOException {
        Path root = location.storage() == StorageType.TAPE ? location.tape().recallRoot() : location.root();
        if (!Files.isDirectory(root)) {
            return 0;
        }
        // First the names, then the database: an operation that begins in between has a name that we do not know.
        List<Temporaries.Left> left = Temporaries.left(root);
        Set<Long> dead =
                left.stream().map(Temporaries.Left::operationId).collect(Collectors.toCollection(HashSet::new));
        dead.removeAll(operations.live(Set.copyOf(dead)));
        dead.removeAll(operations.late().operations());
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
}
