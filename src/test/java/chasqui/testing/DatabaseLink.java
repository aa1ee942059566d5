package chasqui.testing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Jdbi;

/**
 * Stands in for the network between a node and a real PostgreSQL: passes every byte, until it is cut, whereupon connections
 * end and new ones are refused; or loses the answer to one COMMIT that the server has carried out.
 */
public final class DatabaseLink implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ServerSocket entrance;
    private final URI server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final HikariDataSource pool;
    private volatile boolean cut;
    private volatile boolean losesAnswer;

    public DatabaseLink(TestDatabase database) throws IOException {
        server = URI.create(database.url().substring("jdbc:".length()));
        entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Passing.begin("database-link", this::accept);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url());
        config.setUsername("postgres");
        config.setMaximumPoolSize(4);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(500);
        config.addDataSourceProperty("stringtype", "unspecified");
        pool = new HikariDataSource(config);
    }

    /** Of the database, by way of this link; without the user's name. */
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + entrance.getLocalPort() + server.getPath();
    }

    /** Connections that give up soon while it is cut, and wait for a busy machine otherwise. */
    public Jdbi jdbi() {
        return Jdbi.create(this::connection);
    }

    private Connection connection() throws SQLException {
        for (long begun = System.nanoTime(); ; ) {
            try {
                return pool.getConnection();
            } catch (SQLException none) {
                if (cut || System.nanoTime() - begun > PATIENCE.toNanos()) {
                    throw none;
                }
            }
        }
    }

    public void cut() throws IOException {
        cut = true;
        for (Socket socket : open) {
            socket.close();
        }
        open.clear();
    }

    public void mend() {
        cut = false;
    }

    /** The next COMMIT is carried out, and its connection ends before the answer. */
    public void loseTheAnswerToTheNextCommit() {
        losesAnswer = true;
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = entrance.accept();
            if (cut) {
                client.close();
                continue;
            }
            Socket there = new Socket(server.getHost(), server.getPort());
            open.add(client);
            open.add(there);
            Passing.begin("database-link", () -> pass(client, there, there));
            Passing.begin("database-link", () -> pass(there, client, there));
        }
    }

    private void pass(Socket from, Socket to, Socket there) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] block = new byte[8192];
            for (int read = in.read(block); read >= 0; read = in.read(block)) {
                if (from == there && losesAnswer && says(block, read, "COMMIT\0")) {
                    losesAnswer = false;
                    return;
                }
                out.write(block, 0, read);
            }
        }
    }

    private static boolean says(byte[] block, int length, String word) {
        return new String(block, 0, length, StandardCharsets.ISO_8859_1).contains(word);
    }

    @Override
    public void close() throws IOException {
        pool.close();
        entrance.close();
        cut();
    }
}
