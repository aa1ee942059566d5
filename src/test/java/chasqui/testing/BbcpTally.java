package chasqui.testing;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Counts the tests that ran against the real bbcp and against its stand-in, by the beginnings of their classes' names,
 * and prints both at the end: a machine without bbcp shall not pass for one with it. JUnit finds this class by itself.
 */
public final class BbcpTally implements BeforeAllCallback, TestWatcher {
    private static final Map<String, String> KINDS = Map.of("RealBbcp", "the real bbcp", "StandInBbcp", "its stand-in");

    private static final class Count {
        private final AtomicInteger ran = new AtomicInteger();
        private final AtomicInteger failed = new AtomicInteger();
        private final AtomicInteger skipped = new AtomicInteger();
    }

    private static final class Counts implements AutoCloseable, ExtensionContext.Store.CloseableResource {
        private final Map<String, Count> counts = new ConcurrentHashMap<>();

        Count of(String kind) {
            return counts.computeIfAbsent(kind, any -> new Count());
        }

        @Override
        public void close() {
            if (!counts.isEmpty()) {
                System.out.println(text());
            }
        }

        private String text() {
            StringBuilder text = new StringBuilder("tests of transfers by bbcp:");
            KINDS.values().stream().sorted().forEach(kind -> {
                Count count = of(kind);
                text.append(" %s %d ran, %d failed, %d skipped;"
                        .formatted(kind, count.ran.get(), count.failed.get(), count.skipped.get()));
            });
            text.setLength(text.length() - 1);
            return text.toString();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        kind(context).ifPresent(kind -> counts(context).of(kind));
    }

    @Override
    public void testSuccessful(ExtensionContext context) {
        kind(context).ifPresent(kind -> counts(context).of(kind).ran.incrementAndGet());
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        kind(context).ifPresent(kind -> {
            counts(context).of(kind).ran.incrementAndGet();
            counts(context).of(kind).failed.incrementAndGet();
        });
    }

    @Override
    public void testAborted(ExtensionContext context, Throwable cause) {
        kind(context).ifPresent(kind -> counts(context).of(kind).skipped.incrementAndGet());
    }

    @Override
    public void testDisabled(ExtensionContext context, Optional<String> reason) {
        kind(context).ifPresent(kind -> counts(context).of(kind).skipped.incrementAndGet());
    }

    private static Optional<String> kind(ExtensionContext context) {
        String name = context.getRequiredTestClass().getSimpleName();
        return KINDS.keySet().stream().filter(name::startsWith).findFirst().map(KINDS::get);
    }

    private static Counts counts(ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.create(BbcpTally.class))
                .getOrComputeIfAbsent(Counts.class, any -> new Counts(), Counts.class);
    }
}
