package chasqui.testing;

import chasqui.pipeline.Lease;
import chasqui.storage.Checksum;
import chasqui.storage.Fingerprint;
import chasqui.storage.Progress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * Storage that does not keep what it was given: alters real files, once, at the moment at which work enters the phase
 * that reads them back. All that was written is durable by then, and nothing has been trusted yet.
 *
 * <p>Work reads its clock whenever it enters a phase; being that clock, this needs no opening in the product.
 */
public final class StoredBytes extends Clock {
    private final Map<UUID, String> phases = new HashMap<>();
    private Supplier<Collection<Lease>> working = List::of;
    private String queue;
    private String phase;
    private int skip;
    private Callable<Path> file;
    private Alteration how;
    private Checksum altered;

    /** @param working what is being worked on */
    public void watch(Supplier<Collection<Lease>> working) {
        this.working = working;
    }

    /**
     * Arms it.
     *
     * @param skip how often work of this queue enters the phase before
     * @param file found when the time has come
     */
    public void alter(String queue, String phase, int skip, Callable<Path> file, Alteration how) {
        this.queue = queue;
        this.phase = phase;
        this.skip = skip;
        this.file = file;
        this.how = how;
    }

    /** What the altered file holds; null until then. */
    public Checksum altered() {
        return altered;
    }

    @Override
    public synchronized Instant instant() {
        for (Lease lease : working.get()) {
            String before = phases.put(lease.token(), lease.phase());
            boolean entered = !lease.phase().equals(before);
            if (entered && altered == null && isTheMoment(lease) && skip-- == 0) {
                alterNow();
            }
        }
        return Instant.now();
    }

    private boolean isTheMoment(Lease lease) {
        return lease.operation().queue().equals(queue) && lease.phase().equals(phase);
    }

    private void alterNow() {
        try {
            Path found = file.call();
            how.apply(found);
            altered = Fingerprint.take(found, Progress.NONE).xxHash64();
        } catch (Exception failure) {
            throw new AssertionError("the fault layer could not alter the stored bytes", failure);
        }
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("this clock stays in UTC");
    }
}
