package chasqui.filing;

import chasqui.filing.FilingRepository.Owner;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.storage.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Files met by the walk, registered so many at a time: one question, one read pass over what is new, one transaction. */
final class Batches implements AutoCloseable {
    static final int MOST_FILES = 1_000;
    /** So that a crash among large files costs no more than this much reading again. */
    static final long MOST_BYTES = 16L << 30;

    private final FilingRepository repository;
    private final Owner owner;
    private final String by;
    private final Tally tally;
    private final Progress progress;
    private final ExecutorService readers;
    private final List<Found> waiting = new ArrayList<>();
    private long waitingBytes;

    /** @param by who files; null: not known */
    Batches(FilingRepository repository, Owner owner, String by, Tally tally, Progress progress) {
        this.repository = repository;
        this.owner = owner;
        this.by = by;
        this.tally = tally;
        this.progress = progress;
        this.readers =
                Executors.newFixedThreadPool(Math.min(4, Runtime.getRuntime().availableProcessors()), task -> {
                    Thread thread = new Thread(task, "filing-reader");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    void add(Found file) {
        waiting.add(file);
        waitingBytes += file.facts().sizeBytes();
        if (waiting.size() >= MOST_FILES || waitingBytes >= MOST_BYTES) {
            finish();
        }
    }

    /** Registers what is still waiting. */
    void finish() {
        List<Found> files = List.copyOf(waiting);
        waiting.clear();
        waitingBytes = 0;
        while (!files.isEmpty()) {
            files = settle(files);
        }
    }

    /** Settles a batch; returns the files that another filing registered meanwhile, to be looked at again. */
    private List<Found> settle(List<Found> files) {
        Map<String, Known> registered = repository.known(owner.locationId(), files);
        List<Found> toRead = new ArrayList<>();
        for (Found file : files) {
            Known known = registered.get(file.path().encoded());
            FilingReport.Refused clash = known == null ? null : Clash.before(file, known, owner);
            if (clash != null) {
                tally.refuse(clash);
            } else if (known != null && known.problem() == null && known.factsAre(file.facts())) {
                tally.already();
            } else {
                toRead.add(file);
            }
        }
        List<Measured> readable = new ArrayList<>();
        for (Measured file : measure(toRead)) {
            if (file.refusal() != null) {
                tally.refuse(file.refusal());
            } else {
                readable.add(file);
            }
        }
        return new Registration(repository, owner, file -> by, tally)
                .settle(readable, registered).stream().map(Measured::found).toList();
    }

    private List<Measured> measure(List<Found> files) {
        List<Future<Measured>> reading = new ArrayList<>();
        for (Found file : files) {
            reading.add(readers.submit(() -> Measured.of(file, progress)));
        }
        List<Measured> measured = new ArrayList<>(files.size());
        for (Future<Measured> one : reading) {
            try {
                measured.add(one.get());
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new ChasquiException(
                        FailureKind.PLATFORM, true, "filing was interrupted; file the folder again to go on", stopped);
            } catch (ExecutionException broken) {
                throw new IllegalStateException("reading a file failed in an unforeseen way", broken.getCause());
            }
        }
        return measured;
    }

    @Override
    public void close() {
        readers.shutdownNow();
    }
}
