package chasqui.filing;

import chasqui.filing.FilingRepository.Owner;
import chasqui.filing.JournalEntry.AcceptedFile;
import chasqui.filing.JournalEntry.Series;
import chasqui.pipeline.ChasquiException;
import chasqui.topology.DataLocation;
import chasqui.topology.Topology;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/** Registers the files of one observation in their order; what cannot be registered goes on the list of rejected ones. */
final class SeriesRegistration {
    private final FilingRepository repository;
    private final Rejections rejections;
    private final Instruments instruments;
    private final StillThere stillThere;
    private final String node;

    SeriesRegistration(Jdbi database, String node, StillThere stillThere) {
        this.repository = new FilingRepository(database);
        this.rejections = new Rejections(database);
        this.instruments = new Instruments(repository);
        this.stillThere = stillThere;
        this.node = node;
    }

    /** @param entries in the order in which they were accepted */
    void register(Series series, List<JournalEntry> entries, Topology topology) {
        try {
            settle(series, entries, topology);
        } catch (ChasquiException refused) {
            if (!(refused instanceof FilingRefused)) {
                throw refused;
            }
            rejections.add(reject(entries, refused));
        } catch (RuntimeException failure) {
            String why = wrongData(failure);
            if (why == null) {
                throw failure;
            }
            if (entries.size() == 1) {
                rejections.add(List.of(
                        reject(entries.get(0), why, "the database takes no such value: file it under another name")));
            } else {
                // One of them is to blame; the others must not wait for it.
                entries.forEach(entry -> register(series, List.of(entry), topology));
            }
        }
    }

    private void settle(Series series, List<JournalEntry> entries, Topology topology) {
        DataLocation location = topology.locations().stream()
                .filter(one -> one.label().equals(series.location()))
                .findFirst()
                .orElseThrow(() -> new FilingRefused(series.location() + ": there is no such data location any more"));
        long instrument = instruments.instrument(location, series.instrument());
        long unit = repository.observation(instrument, series.observation(), priority(entries));
        List<JournalEntry> next = new ArrayList<>();
        for (JournalEntry entry : entries) {
            if (!next.isEmpty() && (entry.file() == null || !sameModule(next.get(0), entry))) {
                files(series, location, instrument, unit, next);
                next.clear();
            }
            if (entry.file() == null) {
                finish(series, unit, entry);
            } else {
                next.add(entry);
            }
        }
        if (!next.isEmpty()) {
            files(series, location, instrument, unit, next);
        }
    }

    private static boolean sameModule(JournalEntry one, JournalEntry other) {
        return Objects.equals(one.module(), other.module());
    }

    /** Files of one module, one after the other. */
    private void files(Series series, DataLocation location, long instrument, long unit, List<JournalEntry> entries) {
        long module;
        try {
            module = instruments.module(
                    instrument, series.instrument(), entries.get(0).module());
        } catch (FilingRefused refused) {
            rejections.add(reject(entries, refused));
            return;
        }
        files(new Owner(unit, module, location.id(), location.label()), series, location, entries);
    }

    /** The word that an observation is complete, which does not hold when a file of the same request is missing. */
    private void finish(Series series, long unit, JournalEntry word) {
        long missing = rejections.ofRequest(series, word.acceptedAt());
        if (missing > 0) {
            rejections.add(List.of(reject(
                    word,
                    missing + " files of the same request could not be registered",
                    "file these again, with finish")));
            return;
        }
        repository.finish(unit, word.filedBy());
        rejections.clear(series, List.of(""));
    }

    private static Integer priority(List<JournalEntry> entries) {
        return entries.stream()
                .map(JournalEntry::priority)
                .filter(Objects::nonNull)
                .reduce((before, after) -> after)
                .orElse(null);
    }

    private void files(Owner owner, Series series, DataLocation location, List<JournalEntry> entries) {
        // A file that was accepted twice while the database was away is one file.
        Map<UUID, JournalEntry> left = new LinkedHashMap<>();
        entries.forEach(entry -> left.putIfAbsent(entry.file().uuid(), entry));
        Set<UUID> done = left.isEmpty() ? Set.of() : repository.registered(owner, left.keySet());
        rejections.clear(series, paths(left, done));
        left.keySet().removeAll(done);
        while (!left.isEmpty()) {
            Map<String, JournalEntry> byPath = new LinkedHashMap<>();
            left.values().forEach(entry -> byPath.putIfAbsent(entry.file().path(), entry));
            byPath.values().forEach(entry -> left.remove(entry.file().uuid()));
            once(owner, series, location, byPath);
        }
    }

    private static List<String> paths(Map<UUID, JournalEntry> entries, Set<UUID> of) {
        return of.stream().map(uuid -> entries.get(uuid).file().path()).collect(Collectors.toList());
    }

    private void once(Owner owner, Series series, DataLocation location, Map<String, JournalEntry> byPath) {
        List<Measured> files = byPath.values().stream()
                .map(JournalEntry::file)
                .map(file -> file.measured(location.root()))
                .toList();
        Function<Measured, String> filedBy =
                file -> byPath.get(file.found().path().encoded()).filedBy();
        List<String> registered = new ArrayList<>();
        List<Rejection> rejected = new ArrayList<>();
        Registration registration = new Registration(repository, owner, filedBy, new Registration.Outcome() {
            @Override
            public void registered(Measured file) {
                registered.add(file.found().path().encoded());
            }

            @Override
            public void already(Measured file) {
                registered(file);
            }

            @Override
            public void refused(Measured file, FilingReport.Refused why) {
                rejected.add(reject(byPath.get(file.found().path().encoded()), why.reason(), why.remedy()));
            }
        });
        List<Measured> left = new ArrayList<>(files);
        stillThere.missing(location, files).forEach((file, why) -> {
            left.remove(file);
            rejected.add(reject(
                    byPath.get(file.found().path().encoded()), why, "put it back as it was, then file it again"));
        });
        while (!left.isEmpty()) {
            List<Measured> again = registration.settle(
                    left,
                    repository.known(
                            owner.locationId(),
                            left.stream().map(Measured::found).toList()));
            left.retainAll(again);
        }
        rejections.clear(series, registered);
        rejections.add(rejected);
    }

    private List<Rejection> reject(List<JournalEntry> entries, ChasquiException refused) {
        return entries.stream()
                .map(entry -> reject(entry, refused.getMessage(), "put that right, then file it again"))
                .toList();
    }

    private Rejection reject(JournalEntry entry, String reason, String remedy) {
        AcceptedFile file = entry.file();
        return new Rejection(
                node,
                entry.location(),
                file == null ? "" : file.path(),
                file == null ? null : file.uuid(),
                entry.instrument(),
                entry.observation(),
                entry.filedBy(),
                reason,
                remedy,
                entry.acceptedAt(),
                null);
    }

    /** What the database says of a value that it will never take; null when something else is the matter. */
    private static String wrongData(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql
                    && sql.getSQLState() != null
                    && sql.getSQLState().matches("22...|23(?!505)...")) {
                return String.valueOf(sql.getMessage()).lines().findFirst().orElse("refused by the database");
            }
        }
        return null;
    }
}
