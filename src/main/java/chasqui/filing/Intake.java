package chasqui.filing;

import chasqui.filing.JournalEntry.AcceptedFile;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.DatabaseTrouble;
import chasqui.pipeline.FailureKind;
import chasqui.storage.Progress;
import chasqui.topology.DataLocation;
import chasqui.topology.LocationPatterns;
import chasqui.topology.LocationType;
import chasqui.topology.Locations;
import chasqui.topology.StorageType;
import chasqui.topology.Topology;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Takes files in: reads each once and keeps what it is in the journal. Needs no database; whether the instrument is known
 * is found out at the registration.
 */
final class Intake implements AutoCloseable {
    private static final long LEAST_ENTRY_BYTES = 400;

    private final Journal journal;
    private final Locations locations;
    private final LocationPatterns reached;
    private final Readers readers;
    private final Clock clock;

    Intake(Journal journal, Locations locations, LocationPatterns reached, Readers readers, Clock clock) {
        this.journal = journal;
        this.locations = locations;
        this.reached = reached;
        this.readers = readers;
        this.clock = clock;
    }

    /**
     * Files what can be filed.
     *
     * @param by who asks, kept with what he files
     * @return what is kept from now on, and what is not
     * @throws FilingRefused nothing was kept, nor will be
     * @throws JournalFull nothing was kept now
     * @throws chasqui.pipeline.ChasquiException (location, retryable) likewise
     */
    Answer accept(Submission asked, String by) {
        Topology known = locations.current();
        DataLocation location;
        try {
            location = location(asked.location(), known);
        } catch (FilingRefused unknownYet) {
            known = latest(unknownYet);
            location = location(asked.location(), known);
        }
        return accept(asked, by, location, known);
    }

    /** What is not known may be so new, or this process have started so late, that only the database knows it. */
    private Topology latest(FilingRefused unknownYet) {
        try {
            return locations.refresh();
        } catch (RuntimeException failure) {
            if (!DatabaseTrouble.in(failure)) {
                throw failure;
            }
            throw new ChasquiException(
                    FailureKind.PLATFORM,
                    true,
                    unknownYet.getMessage() + " as far as is known without the database; send this again",
                    failure);
        }
    }

    private Answer accept(Submission asked, String by, DataLocation location, Topology known) {
        // Before everything is read in vain.
        journal.requireRoom(LEAST_ENTRY_BYTES * Math.max(1, asked.files().size()));
        Read read = readers.at(location, progress -> read(asked, by, Source.at(location, known), progress));
        if (!read.entries().isEmpty()) {
            journal.append(read.entries());
        }
        return read.answer();
    }

    /** What is to be kept, and what is said when it is. */
    private record Read(List<JournalEntry> entries, Answer answer) {}

    private Read read(Submission asked, String by, Source source, Progress progress) {
        DataLocation location = source.location();
        Tally tally = new Tally();
        NamedFiles named = new NamedFiles(source, tally);
        asked.files().forEach(named::add);
        boolean again = false;
        List<Measured> kept = new ArrayList<>();
        for (Found file : named.found()) {
            Measured measured = Measured.of(file, progress);
            progress.advance(0);
            if (measured.refusal() == null) {
                kept.add(measured);
                tally.registered(measured);
            } else {
                tally.refuse(measured.refusal());
                again |= measured.stillWritten();
            }
        }
        if (asked.files().size() > 0 && kept.isEmpty() && tally.sawNothing()) {
            throw new FilingRefused("there are no files under the names given");
        }
        boolean finished = asked.finish() && tally.refusedNothing();
        List<JournalEntry> entries = entries(asked, by, location, kept, finished);
        FilingReport report = tally.report(location.label());
        return new Read(
                entries,
                new Answer(
                        location.label(),
                        finished,
                        answers(entries),
                        report.refused(),
                        report.warnings(),
                        null,
                        again));
    }

    private List<JournalEntry> entries(
            Submission asked, String by, DataLocation location, List<Measured> files, boolean finished) {
        // The database keeps microseconds; it tells the entries of one request by this time.
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        List<JournalEntry> entries = new ArrayList<>();
        for (Measured file : files) {
            UUID uuid = file.uuid(location.label());
            entries.add(entry(asked, by, location, AcceptedFile.of(uuid, file), now));
        }
        if (finished) {
            entries.add(entry(asked, by, location, null, now));
        }
        return entries;
    }

    private static JournalEntry entry(
            Submission asked, String by, DataLocation location, AcceptedFile file, Instant now) {
        return new JournalEntry(
                location.label(),
                asked.instrument(),
                asked.module(),
                asked.observation(),
                asked.priority(),
                file,
                by,
                now);
    }

    private static List<Answer.Filed> answers(List<JournalEntry> entries) {
        return entries.stream()
                .map(JournalEntry::file)
                .filter(file -> file != null)
                .map(file -> new Answer.Filed(file.uuid(), readable(file), file.size(), file.xxh64(), file.sha256()))
                .toList();
    }

    private static String readable(AcceptedFile file) {
        return new chasqui.storage.RelativePath(file.path()).readable();
    }

    private DataLocation location(String label, Topology known) {
        List<DataLocation> sources = known.locations().stream()
                .filter(one -> one.type() == LocationType.SOURCE && one.storage() == StorageType.DISK)
                .filter(reached::reach)
                .toList();
        List<DataLocation> meant = sources.stream()
                .filter(one -> label == null || one.label().equals(label))
                .toList();
        List<DataLocation> open = meant.stream().filter(DataLocation::active).toList();
        if (open.size() == 1) {
            return open.get(0);
        }
        if (open.isEmpty() && !meant.isEmpty()) {
            throw new ChasquiException(
                    FailureKind.LOCATION,
                    true,
                    meant.get(0).label() + ": is switched off; send this again when it is on");
        }
        String choices = sources.stream()
                .filter(DataLocation::active)
                .map(DataLocation::label)
                .collect(Collectors.joining(", "));
        throw new FilingRefused((label == null
                        ? "location missing: "
                        : "location \"" + label + "\": is no active SOURCE location that this node reaches; ")
                + (choices.isEmpty() ? "it reaches none" : "it reaches " + choices));
    }

    @Override
    public void close() {
        readers.close();
    }
}
