package chasqui.bbcp;

import chasqui.process.CommandEnd;
import chasqui.process.CommandRun;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongConsumer;

/**
 * Runs bbcp and watches it by the bytes it moves. However it ends, by itself, for want of progress, by an interruption or
 * because the lease is gone, none of its processes is alive on this machine afterwards; those at the other end lose their
 * connection with it.
 */
public final class BbcpRun {
    /** No disk that is alive makes bytes durable more slowly. */
    private static final long SLOWEST_FSYNC_BYTES_PER_SECOND = 32L << 20;

    /** bbcp ends by itself before; this is for one that does not. */
    private static final Duration AFTER_ITS_OWN_LIMIT = Duration.ofMinutes(10);

    private final Duration stall;

    /** @param stall longest time without a byte, from the start on; making the bytes durable at the end comes on top */
    public BbcpRun(Duration stall) {
        this.stall = stall;
    }

    /**
     * @param advance told the bytes moved since the last call, many times a second and also when there are none; what it
     *     throws ends the run
     * @throws chasqui.process.CommandMissing there is no bbcp on this machine
     * @throws InterruptedException this thread was interrupted
     */
    public BbcpResult run(BbcpCommand command, LongConsumer advance) throws IOException, InterruptedException {
        BbcpProgress progress = new BbcpProgress(command.sizeBytes(), System::nanoTime);
        Watch watch = new Watch(progress, command.sizeBytes(), advance);
        CommandEnd end = CommandRun.run(
                command.asCommand(),
                new CommandRun.Limits(command.longest().plus(AFTER_ITS_OWN_LIMIT), stall),
                watch,
                (bytes, length) -> {},
                progress::accept);
        progress.end();
        if (end.succeeded()) {
            watch.finished();
        }
        return new BbcpResult(end.exit(), end.how() != CommandEnd.How.EXITED, progress.lastLines());
    }

    private final class Watch implements CommandRun.Watch {
        private final BbcpProgress progress;
        private final long sizeBytes;
        private final LongConsumer advance;
        private long told;

        Watch(BbcpProgress progress, long sizeBytes, LongConsumer advance) {
            this.progress = progress;
            this.sizeBytes = sizeBytes;
            this.advance = advance;
        }

        @Override
        public long seen() {
            tell(progress.bytesDone());
            boolean flushing = progress.mayBeFlushing() && System.nanoTime() - progress.movedAt() < flush().toNanos();
            return flushing ? System.nanoTime() : progress.movedAt();
        }

        void finished() {
            tell(sizeBytes);
        }

        private void tell(long done) {
            advance.accept(done - told);
            told = done;
        }

        private Duration flush() {
            return Duration.ofSeconds(sizeBytes / SLOWEST_FSYNC_BYTES_PER_SECOND);
        }
    }
}
