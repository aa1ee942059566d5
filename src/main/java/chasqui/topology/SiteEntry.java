package chasqui.topology;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A site as a topology file describes it. */
record SiteEntry(
        String shortName,
        String name,
        Geography geography,
        int ltaWeight,
        boolean active,
        List<LocationEntry> locations,
        List<InstrumentEntry> instruments)
        implements TopologyEntry<SiteEntry> {

    /** Degrees; each may be null. */
    record Geography(Double latitude, Double longitude, String country) {}

    Stream<LocationEntry> activeLocations() {
        return locations.stream().filter(location -> active && location.active());
    }

    @Override
    public String label() {
        return "site " + shortName;
    }

    @Override
    public SiteEntry deactivated() {
        return new SiteEntry(shortName, name, geography, ltaWeight, false, locations, instruments);
    }

    @Override
    public Map<String, String> facts() {
        return TopologyEntry.facts(
                "name",
                name,
                "latitude",
                geography.latitude(),
                "longitude",
                geography.longitude(),
                "country",
                geography.country(),
                "lta_weight",
                ltaWeight,
                "active",
                active);
    }
}
