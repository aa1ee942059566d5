package chasqui.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * Lets the disk have what was written while more is still to come, so that making it durable at the end is short.
 *
 * <p>The kernel tells a failed write to one caller only: what this thread is told, {@link #finish} throws.
 */
final class WriteBehind implements AutoCloseable {
    private static final long EVERY_BYTES = 64L << 20;

    private final FileChannel file;
    private final Thread thread;
    private long written;
    private boolean ended;
    private IOException failure;

    WriteBehind(FileChannel file) {
        this.file = file;
        this.thread = new Thread(this::run, "write-behind");
        thread.setDaemon(true);
        thread.start();
    }

    /** Tells how much is in the file by now. */
    synchronized void reached(long bytes) {
        if (bytes - written >= EVERY_BYTES) {
            written = bytes;
            notifyAll();
        }
    }

    private void run() {
        long done = 0;
        try {
            while (true) {
                synchronized (this) {
                    while (!ended && written == done) {
                        wait();
                    }
                    if (ended) {
                        return;
                    }
                    done = written;
                }
                file.force(false);
            }
        } catch (IOException broken) {
            synchronized (this) {
                failure = broken;
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Makes all of it durable. */
    void finish() throws IOException {
        end();
        file.force(true);
        synchronized (this) {
            if (failure != null) {
                throw failure;
            }
        }
    }

    private void end() {
        synchronized (this) {
            ended = true;
            notifyAll();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Without making it durable. */
    @Override
    public void close() {
        end();
    }
}
