package chasqui.transfer;

import chasqui.bbcp.BbcpCommand;
import chasqui.bbcp.BbcpEnd;
import chasqui.bbcp.BbcpOptions;
import chasqui.bbcp.BbcpOutcome;
import chasqui.bbcp.BbcpResult;
import chasqui.bbcp.BbcpRun;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.Lease;
import chasqui.process.CommandMissing;
import chasqui.storage.FileFacts;
import chasqui.storage.IntegrityViolation;
import chasqui.storage.Placement;
import chasqui.storage.Temporaries;
import chasqui.topology.DataLocation;
import chasqui.topology.DiskRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Method {@code bbcp}: parallel streams between two hosts, pushed by a worker at the origin or pulled by one at the
 * destination. What is written out of this worker's sight has a name that no other attempt uses. bbcp says itself that a
 * copy is complete, and does not say what it is: the destination's worker proves that by reading it back.
 */
public final class BbcpMethod implements ByteMover {
    private static final Logger log = LoggerFactory.getLogger(BbcpMethod.class);

    /** While nothing is told of it: ending what was started, and asking the other end why it failed. */
    private static final Duration QUIET_AT_THE_END = Duration.ofMinutes(3);

    private final BbcpSettings settings;

    public BbcpMethod(BbcpSettings settings) {
        this.settings = settings;
    }

    @Override
    public void move(Lease lease, Transfer transfer) throws Exception {
        BbcpJob job = prepare(lease, transfer);
        if (job != null) {
            finished(job, job.run());
        }
    }

    /**
     * Looks at the ends that are here and says what bbcp shall do.
     *
     * @return null when the bytes lie at the destination already
     */
    public BbcpJob prepare(Lease lease, Transfer transfer) throws IOException {
        lease.phase("sending", transfer.digest().sizeBytes(), QUIET_AT_THE_END);
        Optional<Path> temporary = Optional.empty();
        if (transfer.destinationIsHere()) {
            Path root = DiskRoot.require(transfer.destination());
            // Not closed: what earlier attempts left is removed here, what this one leaves by run and finished.
            Temporaries temporaries = Temporaries.begin(root, lease.operation().id(), lease.token());
            if (CopyMethod.isThere(lease, root, transfer)) {
                return null;
            }
            temporary = Optional.of(temporaries.name("incoming"));
        }
        Optional<FileFacts> source = transfer.originIsHere() ? Optional.of(look(transfer)) : Optional.empty();
        return new BbcpJob(lease, transfer, command(transfer, temporary), source, temporary, this);
    }

    private BbcpCommand command(Transfer transfer, Optional<Path> temporary) {
        BbcpOptions options = options(transfer);
        long bytes = transfer.digest().sizeBytes();
        long rate = options.rateLimitBytesPerSecond();
        // A limit that a route sets may be below what otherwise counts as slow.
        long slowest =
                rate == 0 ? settings.slowestBytesPerSecond() : Math.min(rate / 4, settings.slowestBytesPerSecond());
        try {
            return new BbcpCommand(
                    settings.program(),
                    end(transfer.origin(), transfer.originIsHere(), transfer.source()),
                    end(transfer.destination(), transfer.destinationIsHere(), temporary.orElse(transfer.incoming())),
                    bytes,
                    options,
                    BbcpCommand.longestFor(bytes, slowest));
        } catch (IllegalArgumentException unfit) {
            throw new ChasquiException(
                    FailureKind.LINK,
                    true,
                    transfer + ": bbcp cannot be given these ends: " + unfit.getMessage() + "; correct the topology",
                    unfit);
        }
    }

    private BbcpOptions options(Transfer transfer) {
        List<String> problems = new ArrayList<>();
        BbcpOptions options = settings.options()
                .with(transfer.way().options(), problems)
                .limitedTo(transfer.way().rateLimitBytesPerSecond());
        if (!problems.isEmpty()) {
            throw new ChasquiException(
                    FailureKind.LINK,
                    true,
                    transfer + ": the options of its transfer route: " + String.join("; ", problems));
        }
        return options;
    }

    private static BbcpEnd end(DataLocation location, boolean here, Path path) {
        return here ? BbcpEnd.here(path) : new BbcpEnd(location.host(), location.user(), path);
    }

    private static FileFacts look(Transfer transfer) throws IOException {
        DiskRoot.require(transfer.origin());
        try {
            FileFacts facts = FileFacts.of(transfer.source());
            if (facts.kind() == FileFacts.Kind.FILE
                    && facts.sizeBytes() != transfer.digest().sizeBytes()) {
                throw otherSize(transfer, transfer.source() + " as it lies there", facts.sizeBytes());
            }
            if (facts.kind() == FileFacts.Kind.FILE) {
                return facts;
            }
        } catch (NoSuchFileException gone) {
            // As what is no file.
        }
        throw DiskRoot.missing(transfer.origin(), transfer.source(), transfer.toString());
    }

    BbcpResult run(BbcpJob job) throws IOException, InterruptedException {
        boolean ended = false;
        try {
            job.lease().requireHeld();
            BbcpResult result = new BbcpRun(settings.stall()).run(job.command(), job.lease()::advance);
            ended = true;
            return result;
        } catch (CommandMissing missing) {
            throw new ChasquiException(
                    FailureKind.PLATFORM,
                    true,
                    job.transfer() + ": " + missing.getMessage()
                            + " (chasqui.bbcp.command; it also wants setsid, of util-linux)",
                    missing);
        } finally {
            if (!ended) {
                remove(job.temporary());
            }
        }
    }

    /**
     * Looks at what came of it.
     *
     * @throws ChasquiException it failed, with the reason that both ends give
     */
    public void finished(BbcpJob job, BbcpResult result) throws IOException, InterruptedException {
        Transfer transfer = job.transfer();
        try {
            if (job.source().isPresent()) {
                requireUnchanged(transfer, job.source().get(), look(transfer));
            }
            if (!result.succeeded()) {
                Optional<ChasquiException> failure = BbcpOutcome.explain(job.command(), result, transfer.toString());
                if (failure.isPresent()) {
                    throw failure.get();
                }
                log.info("{}: all bytes have arrived, although bbcp did not end well: {}", transfer, result);
            }
            if (job.temporary().isPresent()) {
                place(job.lease(), transfer, job.temporary().get());
            }
        } finally {
            remove(job.temporary());
        }
    }

    private static void remove(Optional<Path> temporary) throws IOException {
        if (temporary.isPresent()) {
            Files.deleteIfExists(temporary.get());
        }
    }

    private static void requireUnchanged(Transfer transfer, FileFacts before, FileFacts after) {
        if (!before.equals(after)) {
            throw new ChasquiException(
                    FailureKind.ITEM,
                    true,
                    transfer + ": " + transfer.source() + " was changed while it was sent (before: " + before
                            + ", after: " + after + "); it will be sent again");
        }
    }

    private static void place(Lease lease, Transfer transfer, Path temporary) throws IOException {
        long size = Files.size(temporary);
        if (size != transfer.digest().sizeBytes()) {
            throw otherSize(transfer, "what arrived from " + transfer.origin(), size);
        }
        lease.requireHeld();
        Placement.place(
                DiskRoot.require(transfer.destination()),
                temporary,
                transfer.incoming(),
                transfer.digest(),
                bytes -> lease.advance(0));
    }

    private static IntegrityViolation otherSize(Transfer transfer, String what, long size) {
        return new IntegrityViolation(
                transfer + ": " + what,
                "whole package",
                transfer.digest().sizeBytes() + " bytes, " + transfer.digest().xxHash64(),
                size + " bytes");
    }
}
