package chasqui.bench;

import chasqui.embedded.EmbeddedObjectStore;
import chasqui.embedded.Home;
import chasqui.embedded.ObjectStoreAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The embedded S3 server in a process of its own, so that it takes no time from a contender's. */
final class S3ServerProcess implements AutoCloseable {
    static final String BUCKET = "chasqui-bench";

    private final Process process;
    private final Path home;
    private final ObjectStoreAddress address;

    private S3ServerProcess(Process process, Path home, ObjectStoreAddress address) {
        this.process = process;
        this.home = home;
        this.address = address;
    }

    /** What runs over there, until its input ends. */
    public static void main(String[] arguments) throws IOException {
        try (Home home = Home.open(Path.of(arguments[0]));
                EmbeddedObjectStore store = EmbeddedObjectStore.start(home)) {
            store.ensureBucket(BUCKET);
            System.out.println("ready");
            while (System.in.read() >= 0) {
                // Nothing is ever said: the end is what counts.
            }
        }
    }

    static S3ServerProcess start(Path home) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        S3ServerProcess.class.getName(),
                        home.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.equals("ready")) {
                ObjectStoreAddress address = EmbeddedObjectStore.address(Home.peek(home))
                        .orElseThrow(() -> new IOException("the S3 server told no address"));
                return new S3ServerProcess(process, home, address);
            }
        }
        throw new IOException("the S3 server for the bench did not start in " + home);
    }

    ObjectStoreAddress address() {
        return address;
    }

    /** Folder of the AWS files with its keys. */
    Path awsFolder() {
        return home.resolve("aws");
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
