package chasqui.api;

import chasqui.pipeline.DatabaseTrouble;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.Jdbi;

/** Lets in who shows a token that is good, by the tokens that were read last. */
public final class ApiDoor {
    private static final String SCHEME = "Bearer ";
    /** Whoever shows nonsense may not keep the database busy. */
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Tokens tokens;
    private final TokenCache cache;
    private final Clock clock;
    private final ReentrantLock reading = new ReentrantLock();
    private final AtomicReference<Instant> lastLook = new AtomicReference<>(Instant.MIN);
    private volatile Map<String, Token> byHash;

    /** @param home gets a file with the hashes of the tokens */
    public ApiDoor(Jdbi database, Path home, Clock clock) {
        this.tokens = new Tokens(database);
        this.cache = new TokenCache(home.resolve("token-cache.json"));
        this.clock = clock;
        this.byHash = Map.of();
    }

    /** Begins with the tokens of the last time. */
    public void open() {
        byHash = byHash(cache.read());
    }

    /** Reads the tokens again; while the database is away, those that were read last count. */
    public void refresh() {
        reading.lock();
        try {
            List<Token> all = tokens.all();
            byHash = byHash(all);
            cache.write(all);
        } catch (RuntimeException failure) {
            if (!DatabaseTrouble.in(failure)) {
                throw failure;
            }
        } finally {
            reading.unlock();
        }
    }

    /** One that was made a moment ago is good at once: for one that is not known, they are read again. */
    private Token shown(String text) {
        String hash = Token.hashOf(text);
        if (!byHash.containsKey(hash) && mayLook()) {
            refreshUnlessStuck();
        }
        return byHash.get(hash);
    }

    private boolean mayLook() {
        Instant last = lastLook.get();
        Instant now = clock.instant();
        return !now.isBefore(last.plus(BETWEEN_LOOKS)) && lastLook.compareAndSet(last, now);
    }

    /** Who asks does not wait in line for a database that does not answer. */
    private void refreshUnlessStuck() {
        try {
            if (reading.tryLock(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    refresh();
                } finally {
                    reading.unlock();
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Who asks, when he may.
     *
     * @param authorization the header of the request, or null
     * @param roles one of these is needed, parted by blanks
     * @throws NotAllowed he may not
     */
    public Caller require(String authorization, String roles) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new NotAllowed(401, "show a token: Authorization: Bearer TOKEN; chasqui token create makes one");
        }
        Token token = shown(authorization.substring(SCHEME.length()).trim());
        if (token == null || !token.good(clock.instant())) {
            throw new NotAllowed(401, "this token is unknown here, revoked or expired; ask for another");
        }
        if (Arrays.stream(roles.split(" ")).noneMatch(token.role().name()::equals)) {
            throw new NotAllowed(
                    403, "a token of role " + token.role() + " may not do this; it wants one of: " + roles);
        }
        return new Caller(token.name(), token.instrument());
    }

    private static Map<String, Token> byHash(List<Token> all) {
        Map<String, Token> byHash = new HashMap<>();
        all.forEach(token -> byHash.put(token.hash(), token));
        return Map.copyOf(byHash);
    }
}
