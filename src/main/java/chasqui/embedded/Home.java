package chasqui.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The folder that everything local lies under, open in one process at a time.
 *
 * <p>The lock is the kernel's, so it ends with the process however that dies.
 */
public final class Home implements AutoCloseable {
    /** PostgreSQL takes paths of up to 1023 bytes; what it puts below its folder is shorter than the difference. */
    private static final int LONGEST_PATH = 800;

    /** Opening a lock file twice in one process and closing one of the two would drop the lock: never do it. */
    private static final Set<Path> OPEN_HERE = ConcurrentHashMap.newKeySet();

    private final HomeFolders folders;
    private final FileChannel lock;

    private Home(HomeFolders folders, FileChannel lock) {
        this.folders = folders;
        this.lock = lock;
    }

    /**
     * Opens a home, creating it (mode 0700) when it is absent, and keeps every other process out until it is closed.
     *
     * @throws HomeInUse another process, or this one, has it open
     * @throws HomeRefused it is a file, another user's, not writable, or a folder filled with something else
     */
    public static Home open(Path dir) {
        Path root = create(dir);
        if (!OPEN_HERE.add(root)) {
            throw new HomeInUse(root, HomeHolder.read(new HomeFolders(root).holderFile()));
        }
        try {
            return lock(new HomeFolders(root));
        } catch (RuntimeException | Error e) {
            OPEN_HERE.remove(root);
            throw e;
        }
    }

    /**
     * The names inside an existing home, without taking it.
     *
     * @throws HomeRefused there is no home, or it is another user's
     */
    public static HomeFolders peek(Path dir) {
        Path root = dir.toAbsolutePath().normalize();
        if (!Files.isDirectory(root)) {
            throw new HomeRefused("there is no home at " + root
                    + ": start `chasqui run` or `chasqui demo` there first, or name another with --home DIR");
        }
        refuseForeign(root);
        if (!Files.exists(root.resolve("lock"))) {
            throw new HomeRefused(root + " is not a Chasqui home: name another with --home DIR");
        }
        return new HomeFolders(root);
    }

    public HomeFolders folders() {
        return folders;
    }

    public Path path() {
        return folders.root();
    }

    /**
     * A folder of the home that only its owner may enter, created when absent.
     *
     * @param name one plain name, no separators
     */
    public Path folder(String name) {
        if (!name.matches("[a-z0-9][a-z0-9_-]*")) {
            throw new IllegalArgumentException("not a plain folder name: " + name);
        }
        try {
            return PrivateFiles.folder(path().resolve(name));
        } catch (IOException e) {
            throw cannotWrite(path(), e);
        }
    }

    @Override
    public void close() {
        if (!lock.isOpen()) {
            return;
        }
        try (lock) {
            Files.deleteIfExists(folders.holderFile());
        } catch (IOException e) {
            throw cannotWrite(path(), e);
        } finally {
            OPEN_HERE.remove(path());
        }
    }

    private static Path create(Path dir) {
        Path root = dir.toAbsolutePath().normalize();
        if (root.toString().chars().anyMatch(Character::isISOControl)) {
            throw new HomeRefused("the home's path holds a control character: choose another with --home DIR");
        }
        if (root.toString().length() > LONGEST_PATH) {
            throw new HomeRefused("the home's path is longer than %d characters: choose a shorter one with --home DIR"
                    .formatted(LONGEST_PATH));
        }
        try {
            if (Files.exists(root) && !Files.isDirectory(root)) {
                throw new HomeRefused(root + " is a file, and a home must be a folder: choose another with --home DIR");
            }
            if (root.getParent() != null) {
                Files.createDirectories(root.getParent());
            }
            PrivateFiles.folder(root);
            root = root.toRealPath();
            refuseForeign(root);
            refuseFilled(root);
            if (!Files.getPosixFilePermissions(root).equals(PrivateFiles.OWNER_FOLDER)) {
                Files.setPosixFilePermissions(root, PrivateFiles.OWNER_FOLDER);
            }
            return root;
        } catch (IOException e) {
            throw cannotWrite(root, e);
        }
    }

    private static Home lock(HomeFolders folders) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(folders.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock held = channel.tryLock();
            if (held == null) {
                throw new HomeInUse(folders.root(), folders.holder());
            }
            HomeHolder.thisProcess().write(folders.holderFile());
            PrivateFiles.folder(folders.postgres());
            PrivateFiles.folder(folders.s3());
            PrivateFiles.folder(folders.aws());
            return new Home(folders, channel);
        } catch (IOException e) {
            closeQuietly(channel, e);
            throw cannotWrite(folders.root(), e);
        } catch (RuntimeException e) {
            closeQuietly(channel, e);
            throw e;
        }
    }

    private static void closeQuietly(FileChannel channel, Exception first) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            first.addSuppressed(e);
        }
    }

    private static void refuseForeign(Path root) {
        try {
            Object owner = Files.getAttribute(root, "unix:uid");
            Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            if (!owner.equals(self)) {
                throw new HomeRefused(
                        "home %s belongs to user id %s, but this process runs as user id %s: run as its owner, or choose another with --home DIR"
                                .formatted(root, owner, self));
            }
        } catch (IOException e) {
            throw cannotWrite(root, e);
        }
    }

    /** A folder with other things in it is a slip of the hand; taking away its permissions would hurt. */
    private static void refuseFilled(Path root) throws IOException {
        try (Stream<Path> entries = Files.list(root)) {
            boolean filled = entries.anyMatch(entry -> !entry.endsWith("lost+found"));
            // The lock is a home's first file, so looking for it last also suits two that create the home at once.
            if (filled && !Files.exists(root.resolve("lock"))) {
                throw new HomeRefused(root
                        + " is not empty and is not a Chasqui home: choose an empty or new folder with --home DIR");
            }
        }
    }

    private static HomeRefused cannotWrite(Path root, IOException cause) {
        String why = cause instanceof AccessDeniedException
                ? "permission denied"
                : cause instanceof NoSuchFileException ? "nothing can be made there" : cause.toString();
        return new HomeRefused(
                "cannot use home %s: %s. Make it writable for this user, or choose another with --home DIR"
                        .formatted(root, why),
                cause);
    }
}
