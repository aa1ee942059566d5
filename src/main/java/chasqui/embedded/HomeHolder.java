package chasqui.embedded;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;

/**
 * The process that has a home open. It lies beside the lock, not in it: closing any descriptor of a locked file would
 * drop the lock of the whole process.
 *
 * @param pid process id on {@code host}
 * @param started when that process started, which tells it from a later one with the same id
 * @param host name of the machine
 */
public record HomeHolder(long pid, Instant started, String host) {

    static HomeHolder thisProcess() {
        ProcessHandle self = ProcessHandle.current();
        return new HomeHolder(self.pid(), self.info().startInstant().orElse(Instant.EPOCH), hostName());
    }

    /** Whether that very process still runs; always true for another host, of which nothing can be known. */
    public boolean running() {
        if (!host.equals(hostName())) {
            return true;
        }
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(process -> process.info().startInstant())
                .map(start -> Duration.between(start, started).abs().compareTo(Duration.ofSeconds(2)) <= 0)
                .orElse(false);
    }

    static Optional<HomeHolder> read(Path file) {
        try {
            Properties properties = new Properties();
            properties.load(new StringReader(Files.readString(file)));
            return Optional.of(new HomeHolder(
                    Long.parseLong(properties.getProperty("pid")),
                    Instant.parse(properties.getProperty("started")),
                    properties.getProperty("host", "")));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            // Only the wording of a message depends on it; the lock itself decides.
            return Optional.empty();
        }
    }

    void write(Path file) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("pid", Long.toString(pid));
        properties.setProperty("started", started.toString());
        properties.setProperty("host", host);
        PrivateFiles.write(file, properties);
    }

    private static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return Optional.ofNullable(System.getenv("HOSTNAME")).orElse("localhost");
        }
    }
}
