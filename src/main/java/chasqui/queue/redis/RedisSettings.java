package chasqui.queue.redis;

import chasqui.settings.Settings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where Redis is and how it is used.
 *
 * @param servers one server, or the sentinels when {@code login} names a master
 * @param ca certificates in PEM that a server's must descend from; empty: those that Java trusts
 * @param prefix what every key begins with
 * @param answer longest time for an answer, and for a connection
 * @param backlog hints that one queue keeps, about; older ones go
 */
public record RedisSettings(
        List<String> servers, RedisLogin login, Optional<Path> ca, String prefix, Duration answer, int backlog) {
    static final String ADDRESS = "chasqui.redis.address";
    private static final Duration SHORTEST = Duration.ofMillis(100);

    public static RedisSettings from(Settings settings) {
        List<String> servers = settings.list(ADDRESS);
        RedisLogin login = RedisLogin.from(settings);
        if (servers.isEmpty() || !servers.stream().allMatch(RedisSettings::wellFormed)) {
            settings.refuseUnseen(
                    ADDRESS,
                    "wants redis://host:port, or rediss://host:port for TLS; user and password have keys of their own");
        } else if (servers.size() > 1 && login.sentinelMaster().isEmpty()) {
            settings.refuseUnseen(
                    ADDRESS,
                    "wants one server; for several sentinels, name their master in chasqui.redis.sentinel-master");
        } else if (servers.stream().map(RedisSettings::scheme).distinct().count() > 1) {
            settings.refuseUnseen(ADDRESS, "wants all sentinels with redis:// or all with rediss://");
        }
        String prefix = settings.text("chasqui.redis.prefix");
        if (!prefix.matches("[A-Za-z0-9_.-]+")) {
            settings.refuse("chasqui.redis.prefix", "wants letters, digits, _ . or -");
        }
        Duration answer = settings.duration("chasqui.redis.timeout");
        if (answer.compareTo(SHORTEST) < 0 || answer.compareTo(Duration.ofMinutes(1)) > 0) {
            settings.refuse("chasqui.redis.timeout", "wants 100ms to 1min");
        }
        return new RedisSettings(
                servers, login, ca(settings), prefix, answer, settings.number("chasqui.redis.backlog", 10, 1_000_000));
    }

    private static Optional<Path> ca(Settings settings) {
        String file = settings.text("chasqui.redis.tls-ca");
        if (file.isEmpty()) {
            return Optional.empty();
        }
        if (!Files.isReadable(Path.of(file))) {
            settings.refuse("chasqui.redis.tls-ca", "wants a file in PEM that this process can read");
        }
        return Optional.of(Path.of(file));
    }

    private static boolean wellFormed(String server) {
        try {
            URI uri = new URI(server);
            return List.of("redis", "rediss").contains(String.valueOf(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getPort() > 0
                    && uri.getUserInfo() == null
                    && uri.getPath().isEmpty()
                    && uri.getQuery() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static String scheme(String server) {
        return server.substring(0, server.indexOf(':'));
    }

    /** For messages: holds no secret. */
    String where() {
        String all = String.join(",", servers);
        return login.sentinelMaster().isEmpty() ? all : login.sentinelMaster() + " by the sentinels " + all;
    }
}
