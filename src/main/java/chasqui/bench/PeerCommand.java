package chasqui.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a command of the other contender. */
final class PeerCommand {
    private static final Duration LIMIT = Duration.ofMinutes(60);

    private PeerCommand() {}

    /**
     * @return what it said, on both outputs
     * @throws IOException it failed, or did not end
     */
    static String run(List<String> words) throws IOException, InterruptedException {
        return run(words, Map.of());
    }

    static String run(List<String> words, Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(words)).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(LIMIT.toMinutes(), TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException(words.get(0) + ": failed: " + said + "; it was: " + String.join(" ", words));
            }
            return said;
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
    }

    /** @return seconds */
    static double time(List<String> words, Map<String, String> environment) throws IOException, InterruptedException {
        long started = System.nanoTime();
        run(words, environment);
        return (System.nanoTime() - started) / 1e9;
    }
}
