package chasqui.topology;

import java.util.List;

/** What a site needs so that data can pass it, and that there is an archive for it to reach. */
record SiteRules(TopologyFile topology) {

    void check(List<String> problems) {
        boolean allReadable = topology.sites().stream().allMatch(SiteRules::isReadable);
        for (SiteEntry site : topology.sites()) {
            if (isReadable(site)) {
                buffer(site, problems);
                instruments(site, problems);
            }
        }
        if (allReadable && !topology.sites().isEmpty()) {
            archives(problems);
        }
    }

    private static void buffer(SiteEntry site, List<String> problems) {
        if (has(site, LocationType.BUFFER)) {
            return;
        }
        for (LocationType type : List.of(LocationType.SOURCE, LocationType.LONG_TERM_ARCHIVE)) {
            if (has(site, type)) {
                problems.add("site %s has an active %s but no active BUFFER on DISK; add one: packages pass through it"
                        .formatted(site.shortName(), type));
            }
        }
    }

    private static void instruments(SiteEntry site, List<String> problems) {
        List<String> active = site.instruments().stream()
                .filter(instrument -> site.active() && instrument.active())
                .map(InstrumentEntry::name)
                .toList();
        if (!active.isEmpty() && !has(site, LocationType.SOURCE)) {
            problems.add("site %s has instruments (%s) but no active SOURCE that their files could lie in; add one"
                    .formatted(site.shortName(), String.join(", ", active)));
        }
    }

    private void archives(List<String> problems) {
        List<SiteEntry> archives = topology.sites().stream()
                .filter(site -> has(site, LocationType.LONG_TERM_ARCHIVE))
                .toList();
        if (archives.isEmpty()) {
            problems.add("no site has an active LONG_TERM_ARCHIVE: data would have nowhere to go; add one");
        } else if (archives.stream().allMatch(site -> site.ltaWeight() == 0)) {
            problems.add("lta_weight is 0 at every site with an archive ("
                    + String.join(
                            ", ", archives.stream().map(SiteEntry::shortName).toList())
                    + "): none could receive data first; give one at least 1");
        }
    }

    static boolean has(SiteEntry site, LocationType type) {
        return site.activeLocations()
                .anyMatch(location -> location.type() == type
                        && (type != LocationType.BUFFER || location.storage() == StorageType.DISK));
    }

    /** A location that could not be read may be just what seems to be missing: say nothing about its site. */
    private static boolean isReadable(SiteEntry site) {
        return site.locations().stream().allMatch(SiteRules::isReadable);
    }

    private static boolean isReadable(LocationEntry location) {
        return location.type() != null && location.storage() != null;
    }
}
