package chasqui.filing;

import chasqui.filing.FilingRepository.Owner;
import chasqui.storage.Progress;
import chasqui.topology.Locations;
import org.jdbi.v3.core.Jdbi;

/**
 * Registers real files. Repeating it after a crash, or because nobody knows whether it was done, is safe and cheap.
 */
public final class Filing {
    private final FilingRepository repository;
    private final Locations locations;
    private final Instruments instruments;
    private final String by;

    public Filing(Jdbi database, Locations locations) {
        this(database, locations, null);
    }

    /** @param by who files, kept with the files; null: nobody in particular */
    public Filing(Jdbi database, Locations locations, String by) {
        this.repository = new FilingRepository(database);
        this.locations = locations;
        this.instruments = new Instruments(repository);
        this.by = by;
    }

    /**
     * Files every file and symbolic link below a folder. What was registered stays registered if this stops halfway.
     *
     * @param progress told the bytes read, from several threads
     * @throws FilingRefused the folder, instrument, module or observation is not what it must be; nothing was filed
     */
    public FilingReport file(FilingRequest request, Progress progress) {
        Source source = Source.of(request.directory(), locations.refresh());
        Instruments.Chosen chosen = instruments.choose(source.location(), request.instrument(), request.module());
        long unit = repository.observation(chosen.instrumentId(), request.observation(), request.priority());
        Tally tally = new Tally();
        Owner owner = new Owner(
                unit,
                chosen.moduleId(),
                source.location().id(),
                source.location().label());
        try (Batches batches = new Batches(repository, owner, by, tally, progress)) {
            new TreeWalk(new Visit(source, batches::add, tally)).walk(source.folder());
            batches.finish();
        }
        if (tally.sawNothing()) {
            tally.warn(request.directory() + ": there are no files in this folder; observation " + request.observation()
                    + " has got none from it");
        }
        if (request.finished()) {
            repository.finish(unit, by);
        }
        return tally.report(source.location().label());
    }
}
