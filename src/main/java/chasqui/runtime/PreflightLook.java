package chasqui.runtime;

import chasqui.pipeline.NodeIdentity;
import chasqui.preflight.Looked;
import chasqui.preflight.PreflightSettings;
import chasqui.preflight.Preflights;
import chasqui.settings.Settings;
import chasqui.topology.DataLocation;
import chasqui.topology.LocationPatterns;
import chasqui.topology.Locations;
import java.time.Duration;
import java.util.List;

/** Preflights of a short command: tried once, from this machine, and written down nowhere. */
public final class PreflightLook {
    /** Every check has a limit of its own, far below. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final Foundation foundation;
    private final Settings settings;

    public PreflightLook(Foundation foundation, Settings settings) {
        this.foundation = foundation;
        this.settings = settings;
    }

    /**
     * @param pattern which data locations; null: those that a worker with these settings reaches
     * @throws IllegalArgumentException the pattern has another shape
     * @throws chasqui.settings.SettingsRefused names every wrong setting
     */
    public List<Looked> at(String pattern) throws InterruptedException {
        Locations locations = new Locations(foundation.database().jdbi());
        LocationPatterns which = new LocationPatterns(
                pattern == null ? ServiceSettings.from(settings).locations() : List.of(pattern));
        PreflightSettings preflight = PreflightSettings.from(settings);
        NodeIdentity nobody = NodeIdentity.starting("preflight");
        try (StageBeans stages =
                new StageBeans(foundation.database().jdbi(), foundation.home().root(), locations, nobody, settings)) {
            settings.requireValid();
            List<DataLocation> reached = locations.refresh().locations().stream()
                    .filter(location -> location.active() && which.reach(location))
                    .toList();
            try (Preflights preflights = new Preflights(stages.checks(preflight), Duration.ofDays(1), () -> {})) {
                preflights.follow(reached);
                preflights.awaitTries(LONGEST);
                return preflights.looked();
            }
        }
    }
}
