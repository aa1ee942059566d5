package chasqui.runtime;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** One line of {@code /observe/health}: up as long as nothing is the matter. */
final class HealthProbe extends AbstractHealthCheck {
    /** Whom a check that is DOWN concerns. */
    enum Concern {
        /** This process: starting it again helps. */
        RESTART,
        /** This process cannot do its work now. */
        PROCESS,
        /** The whole system: of this process it says nothing. */
        SYSTEM
    }

    private final Concern concern;
    private final Supplier<List<String>> problems;

    /**
     * @param concern RESTART also counts for {@code /observe/health/live}; SYSTEM counts for {@code /observe/health} only
     * @param problems what is the matter; empty: nothing. An exception counts as a problem
     */
    HealthProbe(String name, Concern concern, Supplier<List<String>> problems) {
        super("chasqui", name);
        this.concern = concern;
        this.problems = problems;
    }

    @Override
    public boolean isLiveness() {
        return concern == Concern.RESTART;
    }

    @Override
    public boolean isReadiness() {
        return concern != Concern.SYSTEM;
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
