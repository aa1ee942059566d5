package chasqui.runtime;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Another process listens where this one should. */
public final class PortInUse extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private PortInUse(String host, int port, String setting, IOException cause) {
        super(
                "cannot listen on port %d of %s (%s): stop what uses it, or choose another with %s (0: any free one)"
                        .formatted(port, host, cause.getMessage(), setting),
                cause);
    }

    /**
     * Looks whether a port can be had now.
     *
     * @param setting names the port, for the message
     * @throws PortInUse it cannot
     */
    static void requireFree(String host, int port, String setting) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (IOException e) {
            throw new PortInUse(host, port, setting, e);
        }
    }
}
