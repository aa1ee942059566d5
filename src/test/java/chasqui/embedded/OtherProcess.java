package chasqui.embedded;

import chasqui.storage.Progress;
import chasqui.storage.S3Clients;
import chasqui.storage.S3Endpoint;
import chasqui.storage.S3Failure;
import chasqui.storage.S3Objects;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A second Java process that opens a home, with its database when asked, and keeps it until its input ends. */
final class OtherProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;

    private OtherProcess(Process process) {
        this.process = process;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** What runs over there. */
    public static void main(String[] arguments) throws IOException {
        Home home = Home.open(Path.of(arguments[0]));
        if (arguments[1].contains("database")) {
            DatabaseAddress address = EmbeddedDatabase.start(home).address();
            System.out.println(address.jdbcUrl() + " " + address.password());
        }
        if (arguments[1].contains("store")) {
            EmbeddedObjectStore store = EmbeddedObjectStore.start(home);
            store.ensureBucket("cologne-lta");
            if (arguments[1].contains("full")) {
                fill(home);
            }
        }
        System.out.println("ready");
        while (System.in.read() >= 0) {
            // until the test lets go or kills
        }
    }

    /** Says how the store answers when there is no more room, and what then lies in its folder. */
    private static void fill(Home home) throws IOException {
        Path twentyMebibytes = Files.write(home.path().resolve("input"), new byte[20 << 20]);
        int stored = 0;
        try (S3Clients clients = new S3Clients(home.folders().aws())) {
            S3Objects objects = clients.objects(new S3Endpoint("", "", "chasqui"));
            while (stored < 100) {
                objects.put("cologne-lta", "object-" + stored, twentyMebibytes, Map.of(), Progress.NONE);
                stored++;
            }
        } catch (S3Failure full) {
            System.out.println(full.status() + " " + full.code());
        }
        try (Stream<Path> files = Files.list(home.folders().s3().resolve("objects/cologne-lta"))) {
            System.out.println(files.count() == stored ? "only whole objects" : "leavings");
        }
    }

    static OtherProcess holding(Path home, String what, List<String> prefix) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                OtherProcess.class.getName(),
                home.toString(),
                what));
        String binaries = System.getProperty("embedded.postgres.binaries");
        if (binaries != null && prefix.isEmpty()) {
            command.add(1, "-Dembedded.postgres.binaries=" + binaries);
        }
        return new OtherProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Everything it says up to and without {@code ready}. */
    List<String> untilReady() throws IOException {
        List<String> said = new ArrayList<>();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.equals("ready")) {
                return said;
            }
            said.add(line);
        }
        throw new IOException("the other process ended after saying " + said);
    }

    long pid() {
        return process.pid();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void terminate() throws InterruptedException {
        process.destroy();
        process.waitFor(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
