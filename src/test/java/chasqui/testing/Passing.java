package chasqui.testing;

import java.io.IOException;

/** What a link does on a thread of its own, until a connection is closed. */
interface Passing {
    void run() throws IOException;

    static void begin(String name, Passing passing) {
        Thread thread = new Thread(
                () -> {
                    try {
                        passing.run();
                    } catch (IOException closed) {
                        // The other side is told by its own end of the connection.
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }
}
