package chasqui.api;

import chasqui.pipeline.DatabaseTrouble;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Jdbi;

/** Lets in who shows a token that is good, by the tokens that were read last. */
public final class ApiDoor {
    private static final String SCHEME = "Bearer ";
    /** Whoever shows nonsense may not keep the database busy. */
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    /** So many wait for tokens that are being read; who comes then is to ask again. */
    private static final int MOST_WAITING = 8;

    private final Tokens tokens;
    private final TokenCache cache;
    private final Clock clock;
    private final ReentrantLock reading = new ReentrantLock();
    private final LongSupplier nanos;
    private final Duration patience;
    /** Null: nobody has looked yet. Whoever has the lock may change it. */
    private Long lastLookNanos;

    private volatile Map<String, Token> byHash;

    /** @param home gets a file with the hashes of the tokens */
    public ApiDoor(Jdbi database, Path home, Clock clock) {
        this(database, home, clock, System::nanoTime, BETWEEN_LOOKS);
    }

    /**
     * @param nanos as {@link System#nanoTime}
     * @param patience how long who asks waits in line for a database that does not answer
     */
    ApiDoor(Jdbi database, Path home, Clock clock, LongSupplier nanos, Duration patience) {
        this.nanos = nanos;
        this.patience = patience;
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
        readAgain();
    }

    /** @return whether they could be read */
    private boolean readAgain() {
        reading.lock();
        try {
            List<Token> all = tokens.all();
            byHash = byHash(all);
            cache.write(all);
            return true;
        } catch (RuntimeException failure) {
            if (!DatabaseTrouble.in(failure)) {
                throw failure;
            }
            return false;
        } finally {
            reading.unlock();
        }
    }

    /**
     * One that was made a moment ago is good at once: for one that is not known they are read again, and who shows it while
     * they are being read waits for that.
     *
     * @return whether the tokens are known as they were when this was asked
     */
    private boolean look(String hash) {
        try {
            if (reading.getQueueLength() >= MOST_WAITING
                    || !reading.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
        try {
            return byHash.containsKey(hash) || (mayLook() && readAgain());
        } finally {
            reading.unlock();
        }
    }

    private boolean mayLook() {
        long now = nanos.getAsLong();
        if (lastLookNanos != null && now - lastLookNanos < BETWEEN_LOOKS.toNanos()) {
            return false;
        }
        lastLookNanos = now;
        return true;
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
        String hash = Token.hashOf(authorization.substring(SCHEME.length()).trim());
        boolean upToDate = byHash.containsKey(hash) || look(hash);
        Token token = byHash.get(hash);
        if (token == null && !upToDate) {
            throw new NotAllowed(
                    401,
                    "this token is unknown here as far as was looked; if it was made a moment ago send this again, else ask for another",
                    true);
        }
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
