package chasqui.topology;

import java.util.List;

/** A whole topology as one document: what a file asks for, or, read back, what the database has. */
record TopologyFile(List<SiteEntry> sites, List<RouteEntry> routes) {
    List<LocationEntry> locations() {
        return sites.stream().flatMap(site -> site.locations().stream()).toList();
    }

    List<InstrumentEntry> instruments() {
        return sites.stream().flatMap(site -> site.instruments().stream()).toList();
    }
}
