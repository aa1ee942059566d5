package chasqui.bench;

import chasqui.embedded.DatabaseAddress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Jdbi;

/** PostgreSQL's own bench, on the same server: transactions that update one row of a small table by its key. */
final class Pgbench {
    static final String WHAT = "pgbench: transactions that update one row by its key, prepared, durable";
    private static final int ROWS = 100_000;
    private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+) \\(without initial connection time\\)");

    private final DatabaseAddress address;
    private final int clients;
    private final Path script;

    /** @param folder for its script */
    Pgbench(DatabaseAddress address, Jdbi database, int clients, Path folder) throws IOException {
        this.address = address;
        this.clients = clients;
        this.script = Files.writeString(folder.resolve("pgbench.sql"), """
                \\set id random(1, %d)
                UPDATE pgbench_peer SET times = times + 1 WHERE id = :id;
                """.formatted(ROWS));
        database.useHandle(db -> db.execute("""
                CREATE TABLE pgbench_peer (id integer PRIMARY KEY, times bigint NOT NULL) WITH (fillfactor = 70);
                INSERT INTO pgbench_peer SELECT n, 0 FROM generate_series(1, %d) n;
                """.formatted(ROWS)));
    }

    static boolean isHere() {
        return InstalledTools.has("pgbench");
    }

    /** @return seconds, without the time to connect */
    double run(int transactions) throws IOException, InterruptedException {
        URI server = URI.create(address.jdbcUrl().substring("jdbc:".length()));
        List<String> words = new ArrayList<>(List.of("pgbench", "-n", "-M", "prepared", "-f", script.toString()));
        words.addAll(List.of("-c", Integer.toString(clients), "-j", "2"));
        words.addAll(List.of("-t", Integer.toString(Math.max(1, transactions / clients))));
        words.addAll(List.of("-h", server.getHost(), "-p", Integer.toString(server.getPort())));
        words.addAll(List.of("-U", address.user(), server.getPath().substring(1)));
        String said = PeerCommand.run(words, Map.of("PGPASSWORD", address.password()));
        Matcher rate = RATE.matcher(said);
        if (!rate.find()) {
            throw new IOException("pgbench told no rate: " + said);
        }
        return transactions / Double.parseDouble(rate.group(1));
    }
}
