package chasqui.filing;

import chasqui.filing.JournalEntry.Series;
import chasqui.pipeline.Backoff;
import chasqui.pipeline.DatabaseTrouble;
import chasqui.topology.Locations;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers what the journal holds, in order within each observation, for as long as it takes. Doing it twice changes
 * nothing, so that nobody needs to remember how far it came before a crash.
 */
final class Forwarder {
    private static final Logger log = LoggerFactory.getLogger(Forwarder.class);
    private static final int BATCH = 1_000;
    /** So often the same failure holds up all others: it may pass. */
    private static final int TRIES = 60;

    private static final Backoff PAUSE = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(15));

    private final Journal journal;
    private final Locations locations;
    private final SeriesRegistration registration;
    private Journal.Position position = Journal.Position.START;
    private long nextTryNanos = System.nanoTime();
    private int failures;
    private volatile Instant waitsSince;
    private volatile Instant oldest;
    private int triesHere;
    private volatile String failure;

    /** @param node name of this one, for the list of what was rejected */
    Forwarder(Journal journal, Jdbi database, Locations locations, String node, StillThere stillThere) {
        this.journal = journal;
        this.locations = locations;
        this.registration = new SeriesRegistration(database, node, stillThere);
    }

    /** Registers everything that waits; returns at once while the database is away. */
    synchronized void forward() {
        if (failures > 0 && System.nanoTime() < nextTryNanos) {
            return;
        }
        try {
            JournalPart part;
            do {
                part = read();
                if (!part.entries().isEmpty()) {
                    oldest = part.entries().get(0).acceptedAt();
                    register(part.entries());
                }
                position = part.next();
                oldest = null;
                triesHere = 0;
                journal.done(position);
            } while (!part.atEnd() || !part.entries().isEmpty());
            back();
        } catch (RuntimeException failure) {
            if (!DatabaseTrouble.in(failure)) {
                triesHere++;
                this.failure = failure.toString();
                throw failure;
            }
            away(failure);
        }
    }

    private JournalPart read() {
        try {
            return journal.read(position, BATCH);
        } catch (UncheckedIOException unreadable) {
            if (triesHere < TRIES) {
                throw unreadable;
            }
            log.error("a file of the filing journal is put aside until the next start, others go on", unreadable);
            return new JournalPart(List.of(), journal.skip(position), false, 0, 0);
        }
    }

    private void register(List<JournalEntry> entries) {
        Map<Series, List<JournalEntry>> series = new LinkedHashMap<>();
        entries.forEach(entry ->
                series.computeIfAbsent(entry.series(), one -> new ArrayList<>()).add(entry));
        locations.refresh();
        List<RuntimeException> later = new ArrayList<>();
        series.forEach((one, its) -> {
            try {
                registration.register(one, its, locations.current());
            } catch (RuntimeException unforeseen) {
                if (DatabaseTrouble.ofOneStatement(unforeseen)) {
                    later.add(unforeseen);
                    return;
                }
                if (triesHere < TRIES || DatabaseTrouble.in(unforeseen)) {
                    throw unforeseen;
                }
                log.error(
                        "{} files of {} cannot be registered; they stay in the journal until the next start, others go on",
                        its.size(),
                        one,
                        unforeseen);
                journal.keepFailed(position);
            }
        });
        // All of them are registered again then, which changes nothing for those that are.
        later.stream().findFirst().ifPresent(locked -> {
            throw locked;
        });
    }

    private void away(RuntimeException failure) {
        if (failures++ == 0) {
            waitsSince = Instant.now();
            log.warn("what is filed waits in the journal, because the database cannot be used: {}", failure.toString());
        }
        nextTryNanos = System.nanoTime()
                + PAUSE.delay(failures, ThreadLocalRandom.current()).toNanos();
    }

    private void back() {
        if (failures > 0) {
            log.info("the database is back; what was filed since {} is registered", waitsSince);
        }
        failures = 0;
        waitsSince = null;
        failure = null;
    }

    /** Why nothing is registered now, though the database is there; null: it is. */
    String failure() {
        return failure;
    }

    /** When the first of the entries that are being registered was accepted; null: none is. */
    Instant oldest() {
        return oldest;
    }

    /** Since when the database is awaited; null: it is not. */
    Instant waitsSince() {
        return waitsSince;
    }
}
