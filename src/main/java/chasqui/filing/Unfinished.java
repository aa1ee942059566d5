package chasqui.filing;

import chasqui.storage.Progress;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * What is known of requests that were not carried out wholly and will come again: what was read need not be read again, nor
 * what is kept be kept again until all of it is. It is forgotten with the process, which costs that once more.
 */
final class Unfinished {
    /** Names asked for and files read, about 1 kB each. */
    private static final int MOST_FILES = 20_000;
    /** Who does not ask again in this time has given up. */
    private static final Duration ASKED_WITHIN = Duration.ofHours(1);

    /** Then it is kept again, should it have been rejected meanwhile for a reason that is gone. */
    private static final Duration KEPT_FOR = Duration.ofHours(1);

    private final Map<Asked, Part> parts = new LinkedHashMap<>();
    private final LongSupplier nanos;

    Unfinished() {
        this(System::nanoTime);
    }

    /** @param nanos as {@link System#nanoTime} */
    Unfinished(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * The same words of the same one are the same request.
     *
     * @param by who asks
     */
    record Asked(Submission request, String by) {}

    /** What is known of a request; nobody else works on it until it is given back. */
    synchronized Part take(Asked request) {
        Part known = parts.remove(request);
        return known == null ? new Part(nanos) : known;
    }

    synchronized void giveBack(Asked request, Part part) {
        long now = nanos.getAsLong();
        part.askedNanos = now;
        parts.put(request, part);
        int size = parts.entrySet().stream().mapToInt(Unfinished::size).sum();
        Iterator<Map.Entry<Asked, Part>> eldestFirst = parts.entrySet().iterator();
        while (eldestFirst.hasNext()) {
            Map.Entry<Asked, Part> eldest = eldestFirst.next();
            if (size <= MOST_FILES && now - eldest.getValue().askedNanos < ASKED_WITHIN.toNanos()) {
                return;
            }
            size -= size(eldest);
            eldestFirst.remove();
        }
    }

    private static int size(Map.Entry<Asked, Part> one) {
        return one.getKey().request().files().size() + one.getValue().read.size();
    }

    /** How many requests something is known of. */
    synchronized int requests() {
        return parts.size();
    }

    /** Of one request. */
    static final class Part {
        /** By path. A reader that was given up may still add to it. */
        private final Map<String, Measured> read = new ConcurrentHashMap<>();

        /** By path: when it was kept. */
        private final Map<String, Long> keptNanos = new ConcurrentHashMap<>();

        private final LongSupplier nanos;
        private long askedNanos;

        Part(LongSupplier nanos) {
            this.nanos = nanos;
        }

        /** A file as it was read before, when it has not changed since; else as it is read now. */
        Measured measured(Found file, Measured.Measuring measuring, Progress progress) {
            String path = file.path().encoded();
            Measured before = read.get(path);
            if (isOf(before, file)) {
                return before;
            }
            keptNanos.remove(path);
            read.remove(path);
            Measured now = measuring.measure(file, progress);
            if (now.refusal() == null) {
                read.put(path, now);
            }
            return now;
        }

        /** Whether a file was read before and has not changed since. */
        boolean knows(Found file) {
            return isOf(read.get(file.path().encoded()), file);
        }

        private static boolean isOf(Measured before, Found file) {
            return before != null && before.found().facts().equals(file.facts());
        }

        /** Whether this file stands in the journal already, as it is. */
        boolean isKept(Measured file) {
            Long when = keptNanos.get(file.found().path().encoded());
            return when != null && nanos.getAsLong() - when < KEPT_FOR.toNanos();
        }

        void kept(Collection<Measured> files) {
            long now = nanos.getAsLong();
            files.forEach(file -> keptNanos.put(file.found().path().encoded(), now));
        }

        boolean isEmpty() {
            return read.isEmpty();
        }
    }
}
