package chasqui.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands in for a link between a program and a server on this machine: while it is cut, what is sent is lost without a
 * word, on connections that were there before for ever, as behind a firewall that forgot them.
 */
public final class LossyLink implements AutoCloseable {
    private final ServerSocket entrance;
    private final int server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile int cuts;
    private volatile boolean cut;

    /** @param server port on loopback */
    public LossyLink(int server) throws IOException {
        this.server = server;
        this.entrance = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        Passing.begin("lossy-link", this::accept);
    }

    public int port() {
        return entrance.getLocalPort();
    }

    public void cut() {
        cuts++;
        cut = true;
    }

    /** New connections pass again; old ones never will. */
    public void mend() {
        cut = false;
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = entrance.accept();
            sockets.add(client);
            if (!cut) {
                join(client);
            }
        }
    }

    private void join(Socket client) throws IOException {
        try {
            Socket there = new Socket(InetAddress.getLoopbackAddress(), server);
            sockets.add(there);
            int made = cuts;
            Passing.begin("lossy-link", () -> pass(client, there, made));
            Passing.begin("lossy-link", () -> pass(there, client, made));
        } catch (IOException nobodyThere) {
            client.close();
        }
    }

    private void pass(Socket from, Socket to, int made) throws IOException {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        byte[] block = new byte[8192];
        try {
            for (int read = in.read(block); read >= 0 && made == cuts; read = in.read(block)) {
                out.write(block, 0, read);
            }
        } finally {
            if (made == cuts) {
                from.close();
                to.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
