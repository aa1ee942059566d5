package chasqui.filing;

import chasqui.storage.FileFacts;
import chasqui.topology.DataLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Looks whether files are still what was accepted, before they are registered. It tells early what packaging would find
 * out anyway, so that a disk that does not answer in time is simply not asked.
 */
final class StillThere {
    private final Duration limit;
    private final Set<Long> hanging = ConcurrentHashMap.newKeySet();

    StillThere(Duration limit) {
        this.limit = limit;
    }

    /** Those that are gone or something else now, with what is wrong. */
    Map<Measured, String> missing(DataLocation location, List<Measured> files) {
        if (!hanging.add(location.id())) {
            return Map.of();
        }
        CompletableFuture<Map<Measured, String>> look = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        look.complete(look(location.root(), files));
                    } catch (RuntimeException | Error failure) {
                        look.completeExceptionally(failure);
                    } finally {
                        hanging.remove(location.id());
                    }
                },
                "filing look " + location.label());
        thread.setDaemon(true);
        thread.start();
        try {
            return look.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException hangs) {
            return Map.of();
        } catch (ExecutionException failure) {
            throw new IllegalStateException("looking at files failed in an unforeseen way", failure.getCause());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Map.of();
        }
    }

    private static Map<Measured, String> look(Path root, List<Measured> files) {
        Map<Measured, String> missing = new IdentityHashMap<>();
        for (Measured file : files) {
            try {
                FileFacts now = FileFacts.of(file.found().file());
                FileFacts then = file.found().facts();
                if (now.kind() != then.kind() || now.sizeBytes() != then.sizeBytes()) {
                    missing.put(
                            file,
                            "changed since it was filed, from " + then.sizeBytes() + " bytes to " + now.sizeBytes());
                }
            } catch (NoSuchFileException gone) {
                // Without its root the disk is not mounted, which says nothing of the file.
                if (Files.isDirectory(root)) {
                    missing.put(file, "is gone since it was filed");
                }
            } catch (IOException unreadable) {
                // Packaging finds out whether it stays so.
            }
        }
        return missing;
    }
}
