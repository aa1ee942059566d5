package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chasqui.testing.Post;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** Instruments in Chile that ask the process there to file, over HTTP and with files, and remember what it answers. */
final class FilingInChile {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int[] SIZES = {200_000, 1, 70_000};

    private final ManyMachines machines;
    private final String token;
    private final Map<String, String> answered = new TreeMap<>();

    /** Before Chile is cut off: a token is made where the database is. */
    FilingInChile(ManyMachines machines) throws Exception {
        this.machines = machines;
        token = machines.installation
                .run("token", "create", "camera", "--role", "instrument")
                .out()
                .strip();
        String hash = machines.sites.database.value("SELECT hash FROM token WHERE name = 'camera'");
        await("the token is known in Chile").atMost(LIMIT).until(() -> Files.readString(
                        home().resolve("token-cache.json"))
                .contains(hash));
    }

    private Path home() {
        return machines.node("chile").home();
    }

    private String request(String night) throws Exception {
        machines.sites.write("camera_computer", night, SIZES);
        return """
                {"instrument": "camera", "observation": "%1$s", "files": ["%1$s"], "finish": true}
                """.formatted(night);
    }

    void bySpool(String night) throws Exception {
        Path spool = home().resolve("filing/spool");
        Path next = Files.writeString(spool.resolve(night + ".next"), request(night));
        Files.move(next, spool.resolve(night + ".json"), StandardCopyOption.ATOMIC_MOVE);
        Path answer = spool.resolve("filed/" + night + ".answer.json");
        await().atMost(LIMIT).until(() -> Files.exists(answer));
        remember(Files.readString(answer));
    }

    void overHttp(String night) throws Exception {
        Properties told = new Properties();
        try (Reader in = Files.newBufferedReader(home().resolve("api.properties"))) {
            told.load(in);
        }
        URI files = URI.create(told.getProperty("url")).resolve("/api/files");
        String answer = Post.from(machines.way.before(), machines.sites.folder, files, token, request(night));
        assertThat(answer).startsWith("200 ");
        remember(answer.substring("200 ".length()));
    }

    private void remember(String answer) throws Exception {
        JsonNode filed = new ObjectMapper().readTree(answer).get("filed");
        assertThat(filed).as(answer).hasSize(SIZES.length);
        filed.forEach(
                file -> answered.put(file.get("uuid").asText(), file.get("path").asText()));
    }

    /** What was answered so far is known nowhere but in Chile. */
    void nothingIsRegistered() {
        assertThat(registered()).isEmpty();
    }

    /** What was answered is registered in the end, under the UUIDs that were told. */
    void everythingIsRegistered() {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(registered()).isEqualTo(answered));
    }

    private Map<String, String> registered() {
        Map<String, String> found = new TreeMap<>();
        String paths = "'" + String.join("','", answered.values()) + "'";
        for (String file : machines.sites.database.values(
                "SELECT uuid || ' ' || path FROM raw_data_file WHERE path IN (" + paths + ")")) {
            String[] parts = file.split(" ", 2);
            found.put(parts[0], parts[1]);
        }
        return found;
    }
}
