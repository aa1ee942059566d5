package chasqui.filing;

import chasqui.api.Caller;
import chasqui.api.Reply;
import chasqui.pipeline.ChasquiException;
import chasqui.storage.DurableFiles;
import chasqui.topology.LocationPatterns;
import chasqui.topology.Locations;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/**
 * Filing at the observatory: takes requests in from the spool, answers when they are safe on the disk of this machine, and
 * registers them when the database can be reached.
 */
public final class FilingDesk implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(10);

    private final FilingSettings settings;
    private final Journal journal;
    private final Intake intake;
    private final Spool spool;
    private final Forwarder forwarder;

    private FilingDesk(FilingSettings settings, Journal journal, Intake intake, Forwarder forwarder) {
        this.settings = settings;
        this.journal = journal;
        this.intake = intake;
        this.spool = new Spool(settings.spool(), intake, Clock.systemUTC());
        this.forwarder = forwarder;
    }

    /**
     * Opens the journal under a home and what stands around it. Asks the database nothing.
     *
     * @param reached the data locations whose files this process can read
     * @param node name of this process
     */
    public static FilingDesk open(
            Path home,
            FilingSettings settings,
            Jdbi database,
            Locations locations,
            LocationPatterns reached,
            String node) {
        try {
            Path folder = home.resolve("filing").resolve("journal");
            DurableFiles.createFolders(home, folder);
            if (settings.ownSpool()) {
                DurableFiles.createFolders(home, settings.spool());
            }
            Journal journal = new Journal(folder, settings.journalLimit());
            Intake intake =
                    new Intake(journal, locations, reached, new Readers(settings.stall()), Measured.Measuring.DISK);
            Forwarder forwarder = new Forwarder(journal, database, locations, node, new StillThere(LOOK));
            FilingDesk desk = new FilingDesk(settings, journal, intake, forwarder);
            desk.spool.open();
            return desk;
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot make the folders for filing in the home " + home, failure);
        }
    }

    /** One that touches nothing, for who only looks at its routes. */
    public static FilingDesk idle(FilingSettings settings) {
        return new FilingDesk(settings, null, null, null);
    }

    /** Where data acquisition systems put their requests. */
    public Path spool() {
        return settings.spool();
    }

    /** Whether a request in the spool is to be read now. */
    public boolean due(File request) {
        return spool.due(request.toPath());
    }

    /**
     * Carries out a request of the spool.
     *
     * @return the folder below the spool where it goes next
     * @throws SpoolWaits it stays
     */
    public String take(File request) {
        return spool.take(request.toPath());
    }

    /**
     * Carries out a request that came over HTTP.
     *
     * @param request its body; null: it has none
     * @param caller whose token was shown
     * @return 200 everything is filed; 422 not everything; 400 it is no request; 403 not for this caller; 503 not now; 507 no
     *     room
     */
    public Reply post(byte[] request, Caller caller) {
        try {
            // Camel hands over no body as null.
            Submission asked = SubmissionJson.read(request == null ? new byte[0] : request);
            if (!caller.mayFileFor(asked.instrument())) {
                return Reply.error(403, notFor(asked.instrument(), caller), false);
            }
            Answer answer = intake.accept(asked, caller.token() + " (token)");
            return new Reply(answer.complete() ? 200 : 422, SubmissionJson.write(answer));
        } catch (FilingRefused refused) {
            return Reply.error(400, refused.getMessage(), false);
        } catch (JournalFull full) {
            return Reply.error(507, full.getMessage(), true);
        } catch (ChasquiException notNow) {
            return Reply.error(503, notNow.getMessage(), true);
        }
    }

    private static String notFor(String instrument, Caller caller) {
        return "token " + caller.token() + " files for instrument " + caller.instrument() + " only; for " + instrument
                + " show one of its own: chasqui token create NAME --role instrument --instrument " + instrument;
    }

    /** Whether anything that was answered is not registered yet. */
    public boolean holdsSomething() {
        return journal.bytes() > 0;
    }

    /** Registers what was filed, as far as the database can be reached. */
    public void forward() {
        forwarder.forward();
    }

    /** Removes old requests that were dealt with. */
    public void cleanSpool() {
        spool.clean(settings.spoolKeep());
    }

    /** What somebody must look at; empty: nothing. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (journal.bytes() >= settings.journalLimit() / 10 * 9) {
            problems.add("the filing journal is nearly full: " + journal.bytes() + " of " + settings.journalLimit()
                    + " bytes (chasqui.filing.journal-limit); instruments will be refused");
        }
        if (journal.trouble() != null) {
            problems.add("the filing journal takes nothing, and instruments are refused: " + journal.trouble());
        }
        if (forwarder.failure() != null) {
            problems.add("what was filed cannot be registered, and is tried again: " + forwarder.failure());
        }
        try {
            for (String file : journal.damaged()) {
                problems.add("the filing journal's " + file
                        + " has lines that cannot be read; compare it with what the instruments filed, then remove it");
            }
            for (String file : journal.failed()) {
                problems.add("the filing journal's " + file
                        + " could not be read or registered, the log says why; the next start tries it again");
            }
        } catch (UncheckedIOException unreadable) {
            problems.add(unreadable.getMessage() + ": " + unreadable.getCause());
        }
        problems.addAll(spool.problems());
        return problems;
    }

    /** Bytes of what was answered and is not registered yet. */
    public long waitingBytes() {
        return journal.bytes();
    }

    /** Since when the oldest of that waits; null: nothing waits. */
    public Instant waitsSince() {
        Instant inHand = forwarder.oldest();
        return inHand == null ? journal.unseenSince() : inHand;
    }

    /** Requests that were read and had to stay in the spool. */
    public long waitingRequests() {
        return spool.waits();
    }

    /**
     * What waits for the database, or for files, in the spool; empty: nothing.
     *
     * @param takes whether this process takes requests
     */
    public List<String> waiting(boolean takes) {
        List<String> waiting = new ArrayList<>(spool.waiting());
        if (!takes && holdsSomething()) {
            waiting.add("this node has not the role api any more; it still holds " + journal.bytes()
                    + " bytes of what was filed here, and registers them");
        }
        if (!takes && spool.holdsRequests()) {
            waiting.add("requests lie in the spool " + settings.spool()
                    + ", which nobody reads: this node has not the role api");
        }
        if (forwarder.waitsSince() != null) {
            waiting.add(
                    journal.bytes() + " bytes of filed requests wait for the database since " + forwarder.waitsSince());
        }
        return waiting;
    }

    @Override
    public void close() {
        intake.close();
        journal.close();
    }
}
