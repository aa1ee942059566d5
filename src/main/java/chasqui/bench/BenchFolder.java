package chasqui.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A new folder for one bench; it goes with the bench, also when that is ended from outside. */
final class BenchFolder implements AutoCloseable {
    /** A service drains what it has in hand before it closes. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path path;
    private final Thread cleaner;
    private final Thread owner = Thread.currentThread();
    private final CountDownLatch closed = new CountDownLatch(1);

    private BenchFolder(Path path) {
        this.path = path;
        this.cleaner = new Thread(this::end);
    }

    /** @param dir where to make it: on the disk that is to be measured */
    static BenchFolder in(Path dir) throws IOException {
        BenchFolder folder = new BenchFolder(Files.createTempDirectory(dir.toAbsolutePath(), "chasqui-bench-"));
        Runtime.getRuntime().addShutdownHook(folder.cleaner);
        return folder;
    }

    Path path() {
        return path;
    }

    /** @throws BenchImpossible there is less room on this disk */
    static void needRoom(Path folder, long bytes) throws IOException {
        long usable = Files.getFileStore(folder).getUsableSpace();
        if (usable < bytes) {
            throw new BenchImpossible(folder + ": the bench needs " + bytes / 1_000_000 + " MB here, there are "
                    + usable / 1_000_000 + " MB; name another place with --dir");
        }
    }

    /** Nothing of the run before is still on its way to the disk afterwards. */
    static void settle(Path folder) throws IOException, InterruptedException {
        Process sync =
                new ProcessBuilder("sync", "-f", folder.toString()).inheritIO().start();
        if (sync.waitFor() != 0) {
            throw new IOException("sync -f " + folder + " failed");
        }
    }

    /** Removes a folder with all it holds. */
    static void remove(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(one);
            }
        } catch (java.nio.file.NoSuchFileException gone) {
            return;
        } catch (IOException leftBehind) {
            throw new UncheckedIOException(folder + ": could not be removed; remove it by hand", leftBehind);
        }
    }

    /**
     * On Ctrl-C the bench ends what it has started, in order: services that lose their folder under their feet would
     * start again what they miss. What does not end in time is ended here.
     */
    private void end() {
        owner.interrupt();
        try {
            if (closed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException hurried) {
            // The rest is still to be done: nobody else will.
        }
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        remove(path);
    }

    @Override
    public void close() {
        try {
            remove(path);
        } finally {
            closed.countDown();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(cleaner);
        } catch (IllegalStateException ending) {
            // It runs already, and waits for us.
        }
    }
}
