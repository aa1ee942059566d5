package chasqui.filing;

import chasqui.storage.FileFacts;
import chasqui.storage.Fingerprint;
import chasqui.topology.DataLocation;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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

    private Map<Measured, String> look(Path root, List<Measured> files) {
        long end = System.nanoTime() + limit.toNanos();
        Map<Measured, String> missing = new IdentityHashMap<>();
        for (Measured file : files) {
            try {
                String changed = change(file, end);
                if (changed != null) {
                    missing.put(file, "changed since it was filed, " + changed);
                }
            } catch (NoSuchFileException gone) {
                if (isMounted(root, file.found())) {
                    missing.put(file, "is gone since it was filed");
                }
            } catch (IOException | OutOfTime unknown) {
                // Packaging finds out whether it stays so.
            }
        }
        return missing;
    }

    /** What is else than it was; null: nothing. Only bytes count: who touches or restores a file does not change it. */
    private static String change(Measured file, long end) throws IOException {
        FileFacts then = file.found().facts();
        FileFacts now = FileFacts.of(file.found().file());
        if (now.kind() != then.kind() || now.sizeBytes() != then.sizeBytes()) {
            return "from " + then.sizeBytes() + " bytes to " + now.sizeBytes();
        }
        if (now.modified().equals(then.modified())) {
            return null;
        }
        String bytes = Fingerprint.take(file.found().file(), read -> {
                    if (System.nanoTime() > end) {
                        throw new OutOfTime();
                    }
                })
                .xxHash64()
                .toString();
        String before = file.fingerprint().xxHash64().toString();
        return bytes.equals(before) ? null : "from " + before + " to " + bytes;
    }

    /** Too large to be read again here. */
    private static final class OutOfTime extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Whether the disk on which the file lay is there: where the file was, the same device is found, and something on it.
     * In the place of a disk that is not mounted lies an empty folder of another one, which says nothing of the file.
     */
    private static boolean isMounted(Path root, Found file) {
        String device = device(file.facts());
        try (DirectoryStream<Path> names = Files.newDirectoryStream(root)) {
            if (!names.iterator().hasNext()) {
                return false;
            }
            Path nearest = file.file().getParent();
            while (nearest.startsWith(root) && !Files.exists(nearest, LinkOption.NOFOLLOW_LINKS)) {
                nearest = nearest.getParent();
            }
            // The root may be a link to where its files are.
            return device.equals(device(FileFacts.of(nearest.toRealPath())));
        } catch (IOException | DirectoryIteratorException unknown) {
            return false;
        }
    }

    private static String device(FileFacts facts) {
        return facts.fileKey().substring(0, facts.fileKey().indexOf(':'));
    }
}
