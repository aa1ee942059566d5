package chasqui.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TCP port that leads to another one, and a cable between the two that can be cut: then bytes go neither way, whoever
 * connects waits for the first answer, and nobody is told. What was held back goes on when the cable is mended.
 */
public final class Relay implements AutoCloseable {
    private static final int BLOCK = 1 << 16;

    private final ServerSocket entrance;
    private final InetSocketAddress target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private boolean cut;

    private Relay(ServerSocket entrance, InetSocketAddress target) {
        this.entrance = entrance;
        this.target = target;
    }

    /** @param address of this machine that it listens on, at any free port */
    public static Relay start(String address, String targetHost, int targetPort) throws IOException {
        ServerSocket entrance = new ServerSocket(0, 50, InetAddress.getByName(address));
        Relay relay = new Relay(entrance, new InetSocketAddress(targetHost, targetPort));
        relay.thread(relay::accept);
        return relay;
    }

    public int port() {
        return entrance.getLocalPort();
    }

    public synchronized void cut() {
        cut = true;
    }

    public synchronized void mend() {
        cut = false;
        notifyAll();
    }

    private synchronized void awaitWhole() throws InterruptedException {
        while (cut && !entrance.isClosed()) {
            wait();
        }
    }

    private void accept() throws IOException, InterruptedException {
        while (true) {
            Socket near = entrance.accept();
            sockets.add(near);
            thread(() -> connect(near));
        }
    }

    private void connect(Socket near) throws IOException, InterruptedException {
        try {
            awaitWhole();
            Socket far = new Socket();
            sockets.add(far);
            far.connect(target);
            thread(() -> pass(near, far));
            pass(far, near);
        } catch (IOException unreachable) {
            end(near);
        }
    }

    private void pass(Socket from, Socket to) throws InterruptedException {
        byte[] block = new byte[BLOCK];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count; (count = in.read(block)) >= 0; ) {
                awaitWhole();
                out.write(block, 0, count);
            }
            awaitWhole();
            to.shutdownOutput();
        } catch (IOException broken) {
            awaitWhole();
            end(from);
            end(to);
        }
    }

    private void end(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            // As wanted.
        }
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private void thread(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException | InterruptedException closed) {
                        // The relay was closed.
                    }
                },
                "relay " + target);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        mend();
        sockets.forEach(this::end);
    }
}
