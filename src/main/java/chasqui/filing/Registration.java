package chasqui.filing;

import chasqui.filing.FilingRepository.Owner;
import chasqui.storage.FileFacts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Files that were read become rows, each once, beside what is registered already. */
final class Registration {
    private final FilingRepository repository;
    private final Owner owner;
    private final Function<Measured, String> filedBy;
    private final Outcome outcome;

    /** Told what became of each file. */
    interface Outcome {
        void registered(Measured file);

        void already(Measured file);

        void refused(Measured file, FilingReport.Refused why);
    }

    /** @param filedBy who said that a file is to be filed; null: not known */
    Registration(FilingRepository repository, Owner owner, Function<Measured, String> filedBy, Outcome outcome) {
        this.repository = repository;
        this.owner = owner;
        this.filedBy = filedBy;
        this.outcome = outcome;
    }

    /**
     * @param files that could be read, with different paths, in the order in which they are registered
     * @param known what is registered under their paths
     * @return files that another filing registered meanwhile, to be looked at again
     */
    List<Measured> settle(List<Measured> files, Map<String, Known> known) {
        List<Measured> fresh = new ArrayList<>();
        List<Long> refusedBefore = new ArrayList<>();
        Map<Long, FileFacts> touched = new HashMap<>();
        for (Measured file : files) {
            Known before = known.get(file.found().path().encoded());
            FilingReport.Refused clash = before == null ? null : Clash.before(file.found(), before, owner);
            if (clash != null) {
                outcome.refused(file, clash);
            } else if (before == null || before.problem() != null) {
                fresh.add(file);
                if (before != null) {
                    refusedBefore.add(before.copyId());
                }
            } else if (before.xxh64().equals(file.fingerprint().xxHash64().toString())) {
                if (!before.factsAre(file.found().facts())) {
                    touched.put(before.copyId(), file.found().facts());
                }
                outcome.already(file);
            } else {
                outcome.refused(file, Clash.content(file, before));
            }
        }
        repository.refreshFacts(touched);
        return fresh.isEmpty() ? List.of() : register(fresh, refusedBefore);
    }

    private List<Measured> register(List<Measured> fresh, List<Long> refusedBefore) {
        Set<String> takenMeanwhile = repository.register(owner, fresh, filedBy, refusedBefore);
        List<Measured> again = new ArrayList<>();
        for (Measured file : fresh) {
            if (takenMeanwhile.contains(file.found().path().encoded())) {
                again.add(file);
            } else {
                outcome.registered(file);
            }
        }
        return again;
    }
}
