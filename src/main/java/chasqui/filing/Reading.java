package chasqui.filing;

import chasqui.filing.JournalEntry.AcceptedFile;
import chasqui.storage.Progress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** Reads what a request names, each file once. */
final class Reading {
    private static final long LEAST_ENTRY_BYTES = 400;

    private final Submission asked;
    private final String by;
    private final Source source;
    private final Unfinished.Part part;
    // The database keeps microseconds; it tells the entries of one request by this time.
    private final Instant since = Instant.now().truncatedTo(ChronoUnit.MICROS);
    private final Tally tally = new Tally();

    /** @param part what is known of this request from before */
    Reading(Submission asked, String by, Source source, Unfinished.Part part) {
        this.asked = asked;
        this.by = by;
        this.source = source;
        this.part = part;
    }

    /**
     * What is to be kept, and what is said when it is.
     *
     * @param files those that the entries are of
     */
    record Outcome(List<JournalEntry> entries, List<Measured> files, Answer answer) {}

    /**
     * @param room asked for about so many bytes before anything is read
     * @throws FilingRefused nothing is there under these names
     */
    Outcome read(LongConsumer room, Measured.Measuring measuring, Progress progress) {
        NamedFiles named = new NamedFiles(source, tally, progress);
        asked.files().forEach(named::add);
        room.accept(leastBytes(named.found()));
        boolean again = false;
        List<Measured> readable = new ArrayList<>();
        for (Found file : named.found()) {
            Measured measured = part.measured(file, measuring, progress);
            progress.advance(0);
            if (measured.refusal() == null) {
                readable.add(measured);
                tally.registered(measured);
            } else {
                tally.refuse(measured.refusal());
                again |= measured.stillWritten();
            }
        }
        if (!asked.files().isEmpty() && readable.isEmpty() && tally.sawNothing()) {
            throw new FilingRefused("there are no files under the names given");
        }
        return outcome(readable, again);
    }

    private long leastBytes(Collection<Found> files) {
        return files.stream()
                .filter(file -> !part.knows(file))
                .mapToLong(file -> LEAST_ENTRY_BYTES + file.path().encoded().length())
                .sum();
    }

    private Outcome outcome(List<Measured> readable, boolean again) {
        boolean finished = asked.finish() && tally.refusedNothing();
        // What will not be asked again is kept whole: some of it may have been rejected since it was kept first.
        List<Measured> fresh =
                readable.stream().filter(file -> !again || !part.isKept(file)).toList();
        Stream<JournalEntry> last = finished ? Stream.of(entry(null)) : Stream.empty();
        List<JournalEntry> entries = Stream.concat(fresh.stream().map(file -> entry(accepted(file))), last)
                .toList();
        FilingReport report = tally.report(source.location().label());
        List<Answer.Filed> filed = readable.stream().map(this::filed).toList();
        return new Outcome(
                entries,
                fresh,
                new Answer(report.location(), finished, filed, report.refused(), report.warnings(), null, again));
    }

    private AcceptedFile accepted(Measured file) {
        return AcceptedFile.of(file.uuid(source.location().label()), file);
    }

    private JournalEntry entry(AcceptedFile file) {
        return new JournalEntry(
                source.location().label(),
                asked.instrument(),
                asked.module(),
                asked.observation(),
                asked.priority(),
                file,
                by,
                since);
    }

    private Answer.Filed filed(Measured measured) {
        AcceptedFile file = accepted(measured);
        String readable = measured.found().readable();
        return new Answer.Filed(file.uuid(), readable, file.size(), file.xxh64(), file.sha256());
    }
}
