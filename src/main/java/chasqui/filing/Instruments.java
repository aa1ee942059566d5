package chasqui.filing;

import chasqui.filing.FilingRepository.Named;
import chasqui.topology.DataLocation;
import java.util.List;
import java.util.stream.Collectors;

/** Whose files they are said to be. */
final class Instruments {
    private final FilingRepository repository;

    Instruments(FilingRepository repository) {
        this.repository = repository;
    }

    record Chosen(long instrumentId, long moduleId) {}

    /** @throws FilingRefused there is no such instrument at the location's site */
    long instrument(DataLocation source, String name) {
        List<Named> known = repository.instrumentsOf(source.siteId());
        return known.stream()
                .filter(instrument -> instrument.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new FilingRefused("instrument \"" + name + "\": site " + source.site()
                        + " has no active instrument of this name; "
                        + choices(known, "add it with chasqui topology apply")))
                .id();
    }

    /**
     * @param module null: the instrument's only one
     * @throws FilingRefused there is no such instrument at the location's site, or no such module
     */
    Chosen choose(DataLocation source, String instrument, String module) {
        long id = instrument(source, instrument);
        return new Chosen(id, module(id, instrument, module));
    }

    /**
     * @param name null: the instrument's only one
     * @throws FilingRefused there is no such module
     */
    long module(long instrumentId, String instrument, String name) {
        List<Named> known = repository.modulesOf(instrumentId);
        if (name == null && known.size() == 1) {
            return known.get(0).id();
        }
        return known.stream()
                .filter(module -> module.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new FilingRefused((name == null ? "module missing" : "module \"" + name + "\"")
                        + ": instrument " + instrument
                        + (name == null ? " has not exactly one; " : " has no active module of this name; ")
                        + choices(known, "add one with chasqui topology apply")))
                .id();
    }

    private static String choices(List<Named> known, String otherwise) {
        return known.isEmpty()
                ? otherwise
                : "choose one of: " + known.stream().map(Named::name).collect(Collectors.joining(", "));
    }
}
