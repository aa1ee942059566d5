package chasqui.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A link that gives each connection only so many bytes per second in each direction, as many stores and networks do. */
final class LimitedLink implements AutoCloseable {
    private static final int BLOCK = 32 << 10;

    private final ServerSocket listener;
    private final URI target;
    private final long bytesPerSecond;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    LimitedLink(URI target, long bytesPerSecond) throws IOException {
        this.target = target;
        this.bytesPerSecond = bytesPerSecond;
        this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    String endpoint() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket near = listener.accept();
                Socket far = new Socket(target.getHost(), target.getPort());
                open.add(near);
                open.add(far);
                daemon(() -> pass(near, far));
                daemon(() -> pass(far, near));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void pass(Socket from, Socket to) {
        byte[] block = new byte[BLOCK];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            long due = System.nanoTime();
            for (int got = in.read(block); got >= 0; got = in.read(block)) {
                out.write(block, 0, got);
                // What was not used of the past is not made up for: no bursts.
                due = Math.max(due, System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(20))
                        + TimeUnit.SECONDS.toNanos(got) / bytesPerSecond;
                TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            }
        } catch (IOException ended) {
            // One of the ends has gone; the other goes with it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "limited-link");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
