package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.api.Role;
import chasqui.api.Tokens;
import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import chasqui.testing.DatabaseLink;
import chasqui.testing.TestDatabase;
import chasqui.testing.TestTopology;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instruments that file over HTTP, at a service whose Redis is away all the time and whose database is at times. */
class FilingApiIT {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private static final String EVEN_WITHOUT_REDIS = "redis-queue:{queue}?concurrentConsumers={concurrency}";

    @TempDir
    private static Path folder;

    private static TestDatabase database;
    private static DatabaseLink link;
    private static Foundation foundation;
    private static Service service;
    private static Path root;
    private static URI files;
    private static String token;

    @BeforeAll
    static void start() throws Exception {
        database = new TestDatabase();
        link = new DatabaseLink(database);
        TestTopology.on(database.jdbi(), folder);
        root = folder.resolve("ccat/telescope_computer").toRealPath();
        token = new Tokens(database.jdbi()).create("camera", Role.INSTRUMENT, null, null, "test");
        Path home = folder.resolve("home");
        Settings settings = SettingsReader.read(
                null,
                Map.of(),
                Map.ofEntries(
                        Map.entry("chasqui.home", home.toString()),
                        Map.entry("chasqui.database.url", link.url()),
                        Map.entry("chasqui.database.user", "postgres"),
                        Map.entry("chasqui.node.roles", "api"),
                        Map.entry("chasqui.management.port", "0"),
                        Map.entry("chasqui.api.port", "0"),
                        Map.entry("chasqui.api.largest-body", "64KiB"),
                        Map.entry("chasqui.manager.interval", "100ms"),
                        Map.entry("chasqui.filing.forward", "100ms"),
                        Map.entry("chasqui.filing.journal-limit", "1MiB"),
                        Map.entry("chasqui.queue.endpoint", EVEN_WITHOUT_REDIS),
                        Map.entry("chasqui.redis.address", "redis://127.0.0.1:1")));
        foundation = Foundation.open(settings);
        service = Service.start(foundation, settings);
        Properties told = new Properties();
        try (var in = Files.newBufferedReader(home.resolve("api.properties"))) {
            told.load(in);
        }
        files = URI.create(told.getProperty("url")).resolve("/api/files");
    }

    @AfterAll
    static void stop() throws Exception {
        try (TestDatabase last = database;
                DatabaseLink way = link;
                Foundation ground = foundation;
                Service first = service) {
            assertThat(files.getHost()).as("nobody else hears it").isEqualTo("127.0.0.1");
        }
    }

    @AfterEach
    void joinAgain() {
        link.mend();
    }

    private static HttpRequest.Builder request() {
        return HttpRequest.newBuilder(files)
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + token);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String body) throws IOException, InterruptedException {
        return send(request().POST(BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> postWith(String authorization) throws IOException, InterruptedException {
        return postWith(authorization, "{}");
    }

    private static HttpResponse<String> postWith(String authorization, String body)
            throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(files)
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .header("Authorization", authorization)
                .POST(BodyPublishers.ofString(body)));
    }

    private static String asking(String name) {
        return """
                {"instrument": "camera", "observation": "obs", "files": ["%s"]}
                """.formatted(name);
    }

    private static void write(String name) throws IOException {
        Files.createDirectories(root.resolve(name).getParent());
        Files.writeString(root.resolve(name), "content of " + name);
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return new ObjectMapper().readTree(response.body());
    }

    private static String uuid(HttpResponse<String> response) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response).get("filed").get(0).get("uuid").asText();
    }

    private static List<String> registered(String pattern) {
        return database.values("SELECT uuid FROM raw_data_file WHERE path LIKE '" + pattern + "' ORDER BY id");
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(condition);
    }

    @Test
    void an_instrument_is_told_the_uuid_that_its_file_will_have() throws Exception {
        write("told/a");
        String uuid = uuid(post(asking("told/a")));
        assertThat(uuid(post(asking("told/a")))).as("asked again").isEqualTo(uuid);
        await(() -> registered("told/a").equals(List.of(uuid)));
        HttpResponse<String> both = post("""
                {"instrument": "camera", "observation": "obs", "files": ["told/a", "told/gone"], "finish": true}
                """);
        assertThat(both.statusCode()).isEqualTo(422);
        assertThat(json(both).get("filed")).hasSize(1);
        assertThat(json(both).get("refused").get(0).get("path").asText()).isEqualTo("told/gone");
    }

    @Test
    void who_has_no_good_token_is_kept_out() throws Exception {
        Tokens tokens = new Tokens(database.jdbi());
        String scientist = tokens.create("scientist", Role.SCIENTIST, null, null, "test");
        String expired = tokens.create("expired", Role.INSTRUMENT, null, Duration.ofSeconds(-1), "test");
        String leaving = tokens.create("leaving", Role.OPERATOR, null, null, "test");
        await(() -> postWith("Bearer " + leaving).statusCode() == 400);
        assertThat(postWith("bearer " + leaving).statusCode())
                .as("the scheme's case")
                .isEqualTo(400);
        assertThat(postWith("Bearer " + scientist).statusCode()).isEqualTo(403);
        for (String wrong : List.of(
                "Bearer " + expired,
                "Bearer wrong",
                "Bearer ",
                "Bearer",
                "Basic " + leaving,
                leaving,
                "Bearer " + database.value("SELECT hash FROM token WHERE name = 'leaving'"))) {
            assertThat(postWith(wrong).statusCode()).as(wrong).isEqualTo(401);
        }
        HttpResponse<String> nothing = send(HttpRequest.newBuilder(files)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(asking("x"))));
        assertThat(nothing.statusCode()).isEqualTo(401);
        assertThat(nothing.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        tokens.revoke("leaving", "test");
        await(() -> postWith("Bearer " + leaving).statusCode() == 401);
        assertThat(Files.readString(folder.resolve("home/token-cache.json")))
                .contains("sha256:")
                .doesNotContain(token)
                .doesNotContain(leaving);
        assertThat(database.values("SELECT hash FROM token")).noneMatch(hash -> hash.contains(token));
        assertThat(database.values("SELECT action || ' ' || subject FROM audit"))
                .contains("token create token leaving", "token revoke token leaving");
    }

    @Test
    void a_token_for_one_instrument_files_for_no_other_and_its_name_is_kept() throws Exception {
        Tokens tokens = new Tokens(database.jdbi());
        assertThatThrownBy(() -> tokens.create("lens", Role.INSTRUMENT, "lens", null, "test"))
                .hasMessageContaining("choose one of: camera");
        assertThatThrownBy(() -> tokens.create("wide", Role.ADMIN, "camera", null, "test"))
                .hasMessageContaining("role instrument");
        String bound = "Bearer " + tokens.create("bound", Role.INSTRUMENT, "camera", null, "test");
        await(() -> postWith(bound).statusCode() == 400);
        await(() -> Files.readString(folder.resolve("home/token-cache.json")).contains("\"camera\""));
        HttpResponse<String> other = postWith(bound, asking("bound/a").replace("camera", "lens"));
        assertThat(other.statusCode()).as(other.body()).isEqualTo(403);
        write("bound/a");
        String uuid = uuid(postWith(bound, asking("bound/a")));
        await(() -> registered("bound/a").equals(List.of(uuid)));
        assertThat(database.value("SELECT filed_by FROM raw_data_file WHERE path = 'bound/a'"))
                .isEqualTo("bound (token)");
    }

    @Test
    void who_has_no_token_waits_for_nobody_who_has_one() throws Exception {
        ExecutorService nobody = Executors.newSingleThreadExecutor();
        try (Handle holding = database.jdbi().open()) {
            holding.begin();
            // Who shows a token that is not known asks the database.
            holding.execute("LOCK TABLE token IN ACCESS EXCLUSIVE MODE");
            nobody.submit(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    postWith("Bearer wrong");
                }
                return null;
            });
            Set<String> atTheDoor = new HashSet<>();
            await(() -> {
                Thread.getAllStackTraces().forEach((thread, stack) -> {
                    if (Arrays.stream(stack)
                            .anyMatch(at -> at.getClassName().endsWith(".ApiDoor")
                                    && at.getMethodName().equals("require"))) {
                        atTheDoor.add(thread.getName());
                    }
                });
                return !atTheDoor.isEmpty();
            });
            assertThat(atTheDoor).as("others than those that file").noneMatch(name -> name.contains("filing-post"));
            write("open/a");
            uuid(post(asking("open/a")));
            holding.rollback();
        } finally {
            nobody.shutdownNow();
        }
    }

    @Test
    void a_hostile_request_is_answered_and_does_no_harm() throws Exception {
        Files.writeString(folder.resolve("secret"), "not for you");
        assertThat(post("x".repeat(70_000)).statusCode()).isEqualTo(413);
        assertThat(post("{\"instrument\": ").statusCode()).isEqualTo(400);
        assertThat(post("").statusCode()).isEqualTo(400);
        assertThat(post("[".repeat(50_000)).statusCode()).isEqualTo(400);
        HttpResponse<String> outside = post(asking("../../secret"));
        assertThat(outside.statusCode()).isEqualTo(422);
        assertThat(json(outside).get("filed")).isEmpty();
        HttpResponse<String> strange = post(asking("${sys.user.name}{{chasqui.home}}\\u0007"));
        assertThat(strange.statusCode()).isEqualTo(422);
        assertThat(strange.body()).contains("${sys.user.name}{{chasqui.home}}?");
        assertThat(send(request().GET()).statusCode()).isEqualTo(405);
        assertThat(send(HttpRequest.newBuilder(files)
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .header("Authorization", "Bearer " + token)
                                .POST(BodyPublishers.ofString("a=b")))
                        .statusCode())
                .isEqualTo(415);
        HttpResponse<String> headers = send(request()
                .header("CamelHttpResponseCode", "299")
                .header("CamelBeanMethodName", "close")
                .header("X-Mine", "not yours")
                .POST(BodyPublishers.ofString(asking("gone"))));
        assertThat(headers.statusCode()).isEqualTo(422);
        assertThat(headers.headers().firstValue("X-Mine")).isEmpty();
    }

    @Test
    void instruments_go_on_filing_while_the_database_is_away() throws Exception {
        link.cut();
        List<String> uuids = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            write("away/%02d".formatted(i));
            uuids.add(uuid(post(asking("away/%02d".formatted(i)))));
        }
        assertThat(postWith("Bearer wrong").statusCode()).isEqualTo(401);
        assertThat(registered("away/%")).isEmpty();
        assertThat(waitingBytes()).isPositive();
        link.mend();
        await(() -> registered("away/%").size() == 20);
        assertThat(registered("away/%")).as("each once, in the order of filing").isEqualTo(uuids);
        await(() -> waitingBytes() == 0);
    }

    private static double waitingBytes() {
        return service.camel()
                .getRegistry()
                .findSingleByType(MeterRegistry.class)
                .get("chasqui.filing.waiting")
                .gauge()
                .value();
    }

    @Test
    void a_full_journal_is_said_to_be_full_until_the_database_is_back() throws Exception {
        for (int i = 0; i < 100; i++) {
            write("full/%02d/%s".formatted(i, "n".repeat(200)));
        }
        link.cut();
        HttpResponse<String> answer = post(asking("full"));
        for (int i = 0; i < 30 && answer.statusCode() == 200; i++) {
            answer = post(asking("full"));
        }
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(507);
        assertThat(json(answer).get("again").asBoolean()).isTrue();
        link.mend();
        await(() -> post(asking("full")).statusCode() == 200);
        await(() -> registered("full/%").size() == 100);
    }

    @Test
    void fifty_instruments_at_once_are_all_answered_and_each_file_is_registered_once() throws Exception {
        ExecutorService posters = Executors.newFixedThreadPool(50);
        List<Future<List<String>>> answers = new ArrayList<>();
        try {
            for (int poster = 0; poster < 50; poster++) {
                String name = "many/p%02d-".formatted(poster);
                answers.add(posters.submit(() -> {
                    List<String> uuids = new ArrayList<>();
                    for (int i = 0; i < 6; i++) {
                        write(name + i);
                        uuids.add(uuid(post(asking(name + i))));
                    }
                    return uuids;
                }));
            }
            List<String> all = new ArrayList<>();
            for (int poster = 0; poster < 50; poster++) {
                List<String> its = answers.get(poster).get();
                String pattern = "many/p%02d-%%".formatted(poster);
                await(() -> registered(pattern).size() == 6);
                assertThat(registered(pattern)).isEqualTo(its);
                all.addAll(its);
            }
            assertThat(registered("many/%")).containsExactlyInAnyOrderElementsOf(all);
        } finally {
            posters.shutdownNow();
        }
    }
}
