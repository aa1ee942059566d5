package chasqui.topology;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The data locations as the database had them at one moment; immutable. */
public final class Topology {
    private final Map<Long, DataLocation> byId;

    public Topology(List<DataLocation> locations) {
        this.byId = locations.stream().collect(Collectors.toUnmodifiableMap(DataLocation::id, Function.identity()));
    }

    /**
     * @throws ChasquiException (platform, retryable) no such location: the topology changed since it was read
     */
    public DataLocation location(long id) {
        DataLocation found = byId.get(id);
        if (found == null) {
            throw new ChasquiException(
                    FailureKind.PLATFORM,
                    true,
                    "data location " + id + " is not in the topology as last read; it will be read again");
        }
        return found;
    }

    /** All locations, active or not, in order of site, type and priority. */
    public List<DataLocation> locations() {
        return byId.values().stream()
                .sorted(java.util.Comparator.comparing(DataLocation::site)
                        .thenComparing(DataLocation::type)
                        .thenComparing(DataLocation::priority)
                        .thenComparing(DataLocation::name))
                .toList();
    }
}
