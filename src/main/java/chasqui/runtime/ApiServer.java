package chasqui.runtime;

import chasqui.embedded.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.main.Main;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The web server for other programs, where this node has the role for it; a node without opens no port. */
final class ApiServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ApiServer.class);

    private final ApiSettings settings;
    private final Path told;
    private int port;

    /** @param home folder that tells the address */
    ApiServer(ApiSettings settings, Path home) {
        this.settings = settings;
        this.told = home.resolve("api.properties");
        this.port = settings.port();
    }

    /** @throws PortInUse another process listens on it */
    void requirePort() {
        if (settings.enabled() && settings.port() != 0) {
            PortInUse.requireFree(settings.host(), settings.port(), ApiSettings.PORT);
        }
    }

    /** Before Camel starts. */
    void configure(Main camel) {
        if (!settings.enabled()) {
            camel.bind(SilentHttp.NAME, new SilentHttp());
            return;
        }
        if (port == 0) {
            // Of two servers whose port is 0 Camel would make one.
            port = anyFree();
        }
        Map.of(
                        "camel.server.enabled", "true",
                        "camel.server.host", settings.host(),
                        "camel.server.port", Integer.toString(port),
                        "camel.server.maxBodySize", Long.toString(settings.largestBody()),
                        "camel.server.fileUploadEnabled", "false")
                .forEach(camel::addOverrideProperty);
    }

    private int anyFree() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(settings.host()), 0));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on any port of " + settings.host(), e);
        }
    }

    /** After Camel has started. */
    void started() {
        if (!settings.enabled()) {
            return;
        }
        String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
        String url = "http://" + host + ":" + port + "/";
        try {
            PrivateFiles.write(
                    told, "# Where other programs reach the process that runs in this home.\nurl=" + url + "\n");
            if (!InetAddress.getByName(settings.host()).isLoopbackAddress()) {
                log.warn(
                        "{} is {}: others on the network reach it, and tokens travel in clear; put TLS in front",
                        ApiSettings.HOST,
                        settings.host());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + told, e);
        }
        log.info("instruments file at {}api/files", url);
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(told);
        } catch (IOException e) {
            log.warn("cannot remove {}: {}", told, e.toString());
        }
    }
}
