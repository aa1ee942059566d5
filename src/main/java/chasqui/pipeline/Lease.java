package chasqui.pipeline;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/**
 * The right to work on one operation until it expires. The work stamps its progress here; the renewer extends only
 * leases whose stamp is fresh, and what is no longer extended throws at its next step.
 */
public final class Lease {
    private final Operation operation;
    private final UUID token;
    private final UUID database;
    private final Clock clock;

    private volatile String phase = "starting";
    private volatile Duration stallLimit;
    private volatile long bytesDone;
    private volatile long bytesTotal;
    private volatile long mostBytes;
    private volatile Instant stamp;
    private volatile String lost;
    private volatile boolean stalled;
    private volatile Thread worker = Thread.currentThread();
    private volatile boolean kept;
    private boolean ending;
    private boolean ended;

    /** @param database that the operation is in: another may be under the same address when the work ends */
    Lease(Operation operation, UUID token, UUID database, Duration stallLimit, Clock clock) {
        this.operation = operation;
        this.token = token;
        this.database = database;
        this.stallLimit = stallLimit;
        this.clock = clock;
        this.stamp = clock.instant();
    }

    public Operation operation() {
        return operation;
    }

    public UUID token() {
        return token;
    }

    UUID database() {
        return database;
    }

    /**
     * Begins a phase of the work.
     *
     * @param name shown to people: "packing", "reading back"
     * @param totalBytes bytes that {@link #advance} will count in this phase, 0 when unknown
     * @param limit longest time without progress before the work counts as stalled
     * @throws LeaseLost (retryable) the operation is no longer ours
     */
    public void phase(String name, long totalBytes, Duration limit) {
        requireHeld();
        mostBytes = mostBytes();
        phase = name;
        bytesDone = 0;
        bytesTotal = totalBytes;
        stallLimit = limit;
        stamp = clock.instant();
    }

    /**
     * Counts progress.
     *
     * @throws LeaseLost (retryable) the operation is no longer ours
     */
    public void advance(long bytes) {
        requireHeld();
        bytesDone += bytes;
        stamp = clock.instant();
    }

    /** Throws {@link LeaseLost} when the operation is no longer ours: call it before a step that cannot be undone. */
    public void requireHeld() {
        String why = lost;
        if (why != null) {
            throw new LeaseLost(operation, why);
        }
    }

    public String phase() {
        return phase;
    }

    public long bytesDone() {
        return bytesDone;
    }

    /** Bytes of the phase that moved most: what the whole work is recorded with. */
    public long mostBytes() {
        return Math.max(mostBytes, bytesDone);
    }

    public long bytesTotal() {
        return bytesTotal;
    }

    /** Nothing could move meanwhile: its limit counts from here. */
    void excuse() {
        stamp = clock.instant();
    }

    boolean isStalled() {
        return !kept && Duration.between(stamp, clock.instant()).compareTo(stallLimit) > 0;
    }

    /** Whether the work was ended from outside, whatever it says itself about its end. */
    public boolean isLost() {
        return lost != null;
    }

    /** Whether it was ended because it made no progress: then the operation is still ours. */
    boolean hasStalled() {
        return stalled;
    }

    /**
     * Ends the work from outside: its next step throws, and what it waits for is interrupted.
     *
     * @return false when it is ending by itself
     */
    synchronized boolean lose(String why) {
        // Work that has ended by itself has left its thread to other work, and what ends now finds out by its token.
        if (ended || ending) {
            return false;
        }
        lost = why;
        worker.interrupt();
        return true;
    }

    /** As {@link #lose}, for want of progress. */
    synchronized void stall() {
        stalled = !ended && !ending;
        lose("no progress in phase \"" + phase + "\"");
    }

    /** Whether the work's end is being recorded: from then on, that its row is gone says nothing. */
    synchronized void ending(boolean now) {
        ending = now;
    }

    /** Where the work was before it had to wait. */
    record Pause(String phase, Duration stallLimit) {}

    /** The work waits for what it does not command: that is no want of progress, however long it takes. */
    synchronized Pause pause(String waitsFor) {
        Pause before = new Pause(phase, stallLimit);
        stallLimit = ChronoUnit.FOREVER.getDuration();
        phase = waitsFor;
        return before;
    }

    synchronized void resume(Pause before) {
        stamp = clock.instant();
        stallLimit = before.stallLimit();
        phase = before.phase();
    }

    /** The work is done and its result waits for the database: the lease is to be renewed, and nothing is left to end. */
    synchronized void keep() {
        kept = true;
        ending = true;
        phase = "waiting for the database to take the result";
    }

    /** From here on the calling thread does the work. */
    synchronized void takeOver() {
        worker = Thread.currentThread();
        stamp = clock.instant();
    }

    /**
     * The work is over, one way or another: from here on its thread is not interrupted for it. Nor does an interrupt that
     * came too late stay behind, which would leave a thread that waits for its next hint deaf.
     */
    synchronized void end() {
        ended = true;
        if (lost != null && Thread.currentThread() == worker) {
            Thread.interrupted();
        }
    }

    @Override
    public String toString() {
        return operation.toString();
    }
}
