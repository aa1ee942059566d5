package chasqui.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** TCP ports on 127.0.0.1. */
final class LocalPort {
    private LocalPort() {}

    static boolean free(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(loopback(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** A port that is free now; somebody else may still be faster. */
    static int any() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(loopback(), 0));
            return socket.getLocalPort();
        }
    }

    /** The remembered port if it is free, else any. */
    static int sameOrAny(String remembered) throws IOException {
        if (remembered != null && remembered.matches("[0-9]{1,5}")) {
            int port = Integer.parseInt(remembered);
            if (port > 0 && port <= 65535 && free(port)) {
                return port;
            }
        }
        return any();
    }

    private static InetAddress loopback() throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }
}
