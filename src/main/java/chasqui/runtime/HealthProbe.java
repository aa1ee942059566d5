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
    private final Supplier<List<String>> told;

    /**
     * @param concern RESTART also counts for {@code /observe/health/live}; SYSTEM counts for {@code /observe/health} only
     * @param problems what is the matter; empty: nothing. An exception counts as a problem
     */
    HealthProbe(String name, Concern concern, Supplier<List<String>> problems) {
        this(name, concern, problems, List::of);
    }

    /** @param told what is to be known and takes nothing down; a detail of the answer */
    HealthProbe(String name, Concern concern, Supplier<List<String>> problems, Supplier<List<String>> told) {
        super("chasqui", name);
        this.concern = concern;
        this.problems = problems;
        this.told = told;
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
            List<String> beside = told.get();
            if (!beside.isEmpty()) {
                result.detail("told", String.join("; ", beside));
            }
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
