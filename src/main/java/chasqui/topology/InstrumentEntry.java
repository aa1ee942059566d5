package chasqui.topology;

import java.util.List;
import java.util.Map;

/**
 * An instrument as a topology file describes it.
 *
 * @param site short name of the site where its files appear
 * @param modules names of its active modules, sorted
 */
record InstrumentEntry(
        String name, String site, String observatory, String telescope, boolean active, List<String> modules)
        implements TopologyEntry<InstrumentEntry> {

    @Override
    public String label() {
        return "instrument " + name;
    }

    @Override
    public InstrumentEntry deactivated() {
        return new InstrumentEntry(name, site, observatory, telescope, false, modules);
    }

    @Override
    public Map<String, String> facts() {
        return TopologyEntry.facts(
                "site", site,
                "observatory", observatory,
                "telescope", telescope,
                "modules", modules,
                "active", active);
    }
}
