package chasqui.preflight;

import chasqui.catalogue.Copies;
import chasqui.storage.S3Clients;
import chasqui.tape.Tapes;
import chasqui.topology.DataLocation;
import chasqui.topology.LocationType;
import chasqui.topology.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/** What is to be tried at a data location itself, by its storage and by what is done there. */
public final class LocationChecks {
    /** Work that has a second end at the same site. */
    private static final Map<LocationType, String> TWO_ENDED = Map.of(
            LocationType.SOURCE, "raw_data_package_creation",
            LocationType.LONG_TERM_ARCHIVE, "long_term_archive_transfer",
            LocationType.PROCESSING, "staging");

    private final Jdbi database;
    private final Supplier<Topology> topology;
    private final S3Clients stores;
    private final Tapes tapes;
    private final Duration limit;

    /** @param limit longest time for an answer of a disk or store */
    public LocationChecks(Jdbi database, Supplier<Topology> topology, S3Clients stores, Tapes tapes, Duration limit) {
        this.database = database;
        this.topology = topology;
        this.stores = stores;
        this.tapes = tapes;
        this.limit = limit;
    }

    public List<Check> of(DataLocation location) {
        List<Check> checks = new ArrayList<>();
        checks.add(
                switch (location.storage()) {
                    case DISK ->
                        everything(
                                DiskCheck.NAME,
                                location,
                                limit,
                                () -> DiskCheck.look(location, id -> Copies.anyAt(database, id)));
                    case S3 -> everything(S3Check.NAME, location, limit, () -> S3Check.look(location, stores));
                    case TAPE ->
                        everything(
                                TapeCheck.NAME,
                                location,
                                limit.plus(tapes.answer()),
                                () -> TapeCheck.look(location, tapes.library(location)));
                });
        String twoEnded = TWO_ENDED.get(location.type());
        if (twoEnded != null) {
            List<DataLocation> others = others(location);
            if (!others.isEmpty()) {
                checks.add(new Check(
                        OtherEndCheck.NAME,
                        others.stream().map(DataLocation::whereabouts).collect(Collectors.toSet()),
                        List.of(twoEnded),
                        limit,
                        () -> OtherEndCheck.look(location, others, location.type() == LocationType.SOURCE)));
            }
        }
        return checks;
    }

    private static Check everything(String name, DataLocation location, Duration limit, Check.Look look) {
        return new Check(name, location.whereabouts(), Finding.EVERYTHING, limit, look);
    }

    /** Staging reads from an archive or, where one has the package still, from a buffer. */
    private List<DataLocation> others(DataLocation location) {
        Topology now = topology.get();
        List<DataLocation> others = new ArrayList<>(now.buffersOf(location.siteId()));
        if (location.type() == LocationType.PROCESSING) {
            others.addAll(now.longTermArchivesOf(location.siteId()));
        }
        // From another host a location with a host of its own is not reached by its path.
        boolean byPath = others.stream().allMatch(location::sees);
        return byPath ? others : List.of();
    }
}
