package chasqui.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

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
        if (arguments.length > 1 && arguments[1].contains("database")) {
            DatabaseAddress address = EmbeddedDatabase.start(home).address();
            System.out.println(address.jdbcUrl() + " " + address.password());
        }
        System.out.println("ready");
        while (System.in.read() >= 0) {
            // until the test lets go or kills
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
        String binaries = System.getProperty("chasqui.embedded.database.binaries");
        if (binaries != null && prefix.isEmpty()) {
            command.add(1, "-Dchasqui.embedded.database.binaries=" + binaries);
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
