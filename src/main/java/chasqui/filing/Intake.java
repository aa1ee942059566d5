package chasqui.filing;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.DatabaseTrouble;
import chasqui.pipeline.FailureKind;
import chasqui.topology.DataLocation;
import chasqui.topology.LocationPatterns;
import chasqui.topology.LocationType;
import chasqui.topology.Locations;
import chasqui.topology.StorageType;
import chasqui.topology.Topology;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Takes files in: reads each once and keeps what it is in the journal. Needs no database; whether the instrument is known
 * is found out at the registration.
 */
final class Intake implements AutoCloseable {
    /** So long who names an unknown location waits for others who ask the database for theirs. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Journal journal;
    private final Locations locations;
    private final LocationPatterns reached;
    private final Readers readers;
    private final Measured.Measuring measuring;
    private final Unfinished unfinished = new Unfinished();
    private final Roots roots = new Roots();
    private final ReentrantLock looking = new ReentrantLock();

    Intake(
            Journal journal,
            Locations locations,
            LocationPatterns reached,
            Readers readers,
            Measured.Measuring measuring) {
        this.journal = journal;
        this.locations = locations;
        this.reached = reached;
        this.readers = readers;
        this.measuring = measuring;
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
            // One at a time: who files by a wrong name takes the connections of no other.
            if (!looking.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw notYet(unknownYet, null);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw notYet(unknownYet, stopping);
        }
        try {
            return locations.refresh();
        } catch (RuntimeException failure) {
            if (!DatabaseTrouble.in(failure)) {
                throw failure;
            }
            throw notYet(unknownYet, failure);
        } finally {
            looking.unlock();
        }
    }

    private static ChasquiException notYet(FilingRefused unknownYet, Throwable why) {
        return new ChasquiException(
                FailureKind.PLATFORM,
                true,
                unknownYet.getMessage() + " as far as is known without the database; send this again",
                why);
    }

    private Answer accept(Submission asked, String by, DataLocation location, Topology known) {
        Unfinished.Asked request = new Unfinished.Asked(asked, by);
        Unfinished.Part part = unfinished.take(request);
        boolean over = false;
        try {
            Reading.Outcome outcome =
                    readers.at(location, progress -> new Reading(asked, by, Source.at(location, known, roots), part)
                            .read(journal::requireRoom, measuring, progress));
            if (!outcome.entries().isEmpty()) {
                journal.append(outcome.entries());
            }
            part.kept(outcome.files());
            over = !outcome.answer().again();
            return outcome.answer();
        } catch (FilingRefused never) {
            over = true;
            throw never;
        } finally {
            if (!over && !part.isEmpty()) {
                unfinished.giveBack(request, part);
            }
        }
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
        roots.close();
    }
}
