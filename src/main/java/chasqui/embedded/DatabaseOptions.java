package chasqui.embedded;

import java.time.Duration;

/**
 * What may be chosen about the embedded PostgreSQL.
 *
 * @param port TCP port on loopback; 0 takes the port of the last start if it is free, else any free one
 * @param sharedBuffersMebibytes PostgreSQL's own page cache, 16 to 8192
 * @param maxConnections 5 to 1000
 * @param startLimit longest wait for recovery and start
 * @param binaries folder to unpack PostgreSQL into and to share between homes; null keeps it inside the home
 */
public record DatabaseOptions(
        int port, int sharedBuffersMebibytes, int maxConnections, Duration startLimit, java.nio.file.Path binaries) {
    /** The setting that {@link #port()} comes from, as messages name it. */
    public static final String PORT_SETTING = "chasqui.database.port";

    public DatabaseOptions {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException(PORT_SETTING + " must be 0 to 65535, not " + port);
        }
        if (sharedBuffersMebibytes < 16 || sharedBuffersMebibytes > 8192) {
            throw new IllegalArgumentException("shared buffers must be 16 to 8192 MiB, not " + sharedBuffersMebibytes);
        }
        if (maxConnections < 5 || maxConnections > 1000) {
            throw new IllegalArgumentException("connections must be 5 to 1000, not " + maxConnections);
        }
    }

    /** Any free port, 64 MiB, 60 connections, five minutes for a long recovery. */
    public static DatabaseOptions defaults() {
        String shared = System.getProperty("embedded.postgres.binaries");
        return new DatabaseOptions(
                0, 64, 60, Duration.ofMinutes(5), shared == null ? null : java.nio.file.Path.of(shared));
    }

    public DatabaseOptions withPort(int chosen) {
        return new DatabaseOptions(chosen, sharedBuffersMebibytes, maxConnections, startLimit, binaries);
    }
}
