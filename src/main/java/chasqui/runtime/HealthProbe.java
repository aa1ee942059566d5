package chasqui.runtime;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** One line of {@code /observe/health}: up as long as nothing is the matter. */
final class HealthProbe extends AbstractHealthCheck {
    private final boolean restartHelps;
    private final Supplier<List<String>> problems;

    /**
     * @param restartHelps also counts for {@code /observe/health/live}
     * @param problems what is the matter; empty: nothing. An exception counts as a problem
     */
    HealthProbe(String name, boolean restartHelps, Supplier<List<String>> problems) {
        super("chasqui", name);
        this.restartHelps = restartHelps;
        this.problems = problems;
    }

    @Override
    public boolean isLiveness() {
        return restartHelps;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
        List<String> found;
        try {
            found = problems.get();
        } catch (RuntimeException failure) {
            found = List.of(
                    String.valueOf(failure.getMessage()).lines().findFirst().orElse("failed"));
        }
        if (found.isEmpty()) {
            result.up();
        } else {
            result.message(String.join("; ", found)).down();
        }
    }
}
