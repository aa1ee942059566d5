package chasqui.filing;

import chasqui.filing.FilingRepository.Named;
import chasqui.filing.FilingRepository.Owner;
import chasqui.storage.Progress;
import chasqui.topology.Locations;
import java.util.List;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/**
 * Registers real files. Repeating it after a crash, or because nobody knows whether it was done, is safe and cheap.
 */
public final class Filing {
    private final FilingRepository repository;
    private final Locations locations;

    public Filing(Jdbi database, Locations locations) {
        this.repository = new FilingRepository(database);
        this.locations = locations;
    }

    /**
     * Files every file and symbolic link below a folder. What was registered stays registered if this stops halfway.
     *
     * @param progress told the bytes read, from several threads
     * @throws FilingRefused the folder, instrument, module or observation is not what it must be; nothing was filed
     */
    public FilingReport file(FilingRequest request, Progress progress) {
        Source source = Source.of(request.directory(), locations.refresh());
        Named instrument = instrument(request, source);
        Named module = module(request, instrument);
        long unit = repository.observation(instrument.id(), request.observation(), request.priority());
        Tally tally = new Tally();
        Owner owner = new Owner(unit, module.id(), source.location().id());
        try (Batches batches = new Batches(repository, owner, tally, progress)) {
            new TreeWalk(new Visit(source, batches, tally)).walk(source.folder());
            batches.finish();
        }
        if (tally.sawNothing()) {
            tally.warn(request.directory() + ": there are no files in this folder; observation " + request.observation()
                    + " has got none from it");
        }
        if (request.finished()) {
            repository.finish(unit);
        }
        return tally.report(source.location().label());
    }

    private Named instrument(FilingRequest request, Source source) {
        List<Named> known = repository.instrumentsOf(source.location().siteId());
        return known.stream()
                .filter(instrument -> instrument.name().equals(request.instrument()))
                .findFirst()
                .orElseThrow(() -> new FilingRefused("instrument \"" + request.instrument() + "\": site "
                        + source.location().site() + " has no active instrument of this name; "
                        + choices(known, "add it with chasqui topology apply")));
    }

    private Named module(FilingRequest request, Named instrument) {
        List<Named> known = repository.modulesOf(instrument.id());
        if (request.module() == null && known.size() == 1) {
            return known.get(0);
        }
        return known.stream()
                .filter(module -> module.name().equals(request.module()))
                .findFirst()
                .orElseThrow(() -> new FilingRefused((request.module() == null
                                ? "module missing"
                                : "module \"" + request.module() + "\"")
                        + ": instrument " + instrument.name()
                        + (request.module() == null ? " has not exactly one; " : " has no active module of this name; ")
                        + choices(known, "add one with chasqui topology apply")));
    }

    private static String choices(List<Named> known, String otherwise) {
        return known.isEmpty()
                ? otherwise
                : "choose one of: " + known.stream().map(Named::name).collect(Collectors.joining(", "));
    }
}
