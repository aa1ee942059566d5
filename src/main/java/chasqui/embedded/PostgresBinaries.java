package chasqui.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** PostgreSQL's programs, unpacked once from the jar that carries them for this machine's processor. */
final class PostgresBinaries {
    private static final String COMPLETE = "unpacked-bytes";

    private PostgresBinaries() {}

    /**
     * Returns the folder that holds {@code bin/postgres}, unpacking it below {@code parent} when it is absent or was
     * torn by a crash.
     */
    static Path unpack(Path parent) {
        String architecture = architecture();
        URL archive = PostgresBinaries.class.getResource("/postgres-linux-" + architecture + ".txz");
        if (archive == null) {
            throw new DatabaseNotStarted("no embedded PostgreSQL for Linux on " + architecture
                    + " is on the class path: set chasqui.database.url to a PostgreSQL of your own");
        }
        try {
            Files.createDirectories(parent);
            Path home = parent.resolve("server-" + architecture + "-" + fingerprint(archive));
            if (!complete(home)) {
                install(archive, home);
            }
            return home;
        } catch (IOException e) {
            throw new DatabaseNotStarted("cannot unpack PostgreSQL below %s: %s".formatted(parent, e), e);
        }
    }

    private static String architecture() {
        String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new DatabaseNotStarted("the embedded PostgreSQL runs on Linux only, and this is "
                    + System.getProperty("os.name") + ": set chasqui.database.url to a PostgreSQL of your own");
        }
        return switch (processor) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            default -> processor;
        };
    }

    private static String fingerprint(URL archive) throws IOException {
        URLConnection connection = archive.openConnection();
        connection.setUseCaches(true);
        return connection instanceof JarURLConnection jar
                ? Long.toHexString(jar.getJarEntry().getCrc())
                : Long.toHexString(connection.getContentLengthLong());
    }

    private static void install(URL archive, Path home) throws IOException {
        Path partial = Files.createTempDirectory(
                home.getParent(), "unpacking-", PosixFilePermissions.asFileAttribute(PrivateFiles.OWNER_FOLDER));
        try {
            try (InputStream in = archive.openStream()) {
                extract(in, partial);
            }
            Files.writeString(partial.resolve(COMPLETE), Long.toString(bytesIn(partial)));
            if (Files.exists(home) && !complete(home)) {
                PrivateFiles.deleteTree(home);
            }
            try {
                Files.move(partial, home, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                // Another process may have put the same files there first.
                if (!complete(home)) {
                    throw e;
                }
            }
        } finally {
            PrivateFiles.deleteTree(partial);
        }
    }

    private static void extract(InputStream in, Path into) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(in, 1 << 16)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = into.resolve(entry.getName()).normalize();
                if (!target.startsWith(into)) {
                    throw new IOException("archive entry outside its folder: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else if (entry.isFile() && !entry.getName().endsWith(".a")) {
                    Files.createDirectories(target.getParent());
                    Files.copy(tar, target);
                    boolean program = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(
                            target, PosixFilePermissions.fromString(program ? "rwx------" : "rw-------"));
                }
            }
        }
    }

    /** Nothing here is synced to disk, so a power cut can leave files empty: their sizes tell. */
    private static boolean complete(Path home) throws IOException {
        Path marker = home.resolve(COMPLETE);
        if (!Files.isRegularFile(marker)) {
            return false;
        }
        String recorded = Files.readString(marker).strip();
        return !recorded.isEmpty() && recorded.equals(Long.toString(bytesIn(home)));
    }

    private static long bytesIn(Path home) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += file.endsWith(COMPLETE) ? 0 : Files.size(file);
            }
        }
        return bytes;
    }
}
