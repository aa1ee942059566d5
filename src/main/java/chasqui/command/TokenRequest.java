package chasqui.command;

import chasqui.api.Role;
import chasqui.api.Token;
import chasqui.api.Tokens;
import chasqui.pipeline.ChasquiException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Jdbi;

/** {@code chasqui token create|list|revoke}. */
public final class TokenRequest {
    private final Tokens tokens;
    private final PrintStream out;
    private final PrintStream err;

    public TokenRequest(Jdbi database, PrintStream out, PrintStream err) {
        this.tokens = new Tokens(database);
        this.out = out;
        this.err = err;
    }

    /**
     * @param instrument the only one that it files for; null: any
     * @param lasts null: until it is revoked
     * @return exit code: 0 made, and printed alone on the output; 2 refused
     */
    public int create(String name, Role role, String instrument, Duration lasts, String who) {
        try {
            out.println(tokens.create(name, role, instrument, lasts, who));
            err.println("token " + name + " of role " + role.name().toLowerCase(Locale.ROOT)
                    + (instrument == null ? "" : " for instrument " + instrument)
                    + ": keep it now, it is not shown again");
            return ChasquiCommand.DONE;
        } catch (ChasquiException refused) {
            err.println(refused.getMessage());
            return ChasquiCommand.REFUSED;
        }
    }

    /** @return exit code: 0 */
    public int list() {
        List<Token> all = tokens.all();
        if (all.isEmpty()) {
            out.println("no token was made yet; chasqui token create makes one");
        }
        Instant now = Instant.now();
        all.forEach(token -> out.printf(
                Locale.ROOT,
                "%-32s %-10s %-8s made %s%s%s%n",
                token.name(),
                token.role().name().toLowerCase(Locale.ROOT),
                token.revokedAt() != null ? "revoked" : token.good(now) ? "good" : "expired",
                token.createdAt(),
                token.expiresAt() == null ? "" : ", until " + token.expiresAt(),
                token.instrument() == null ? "" : ", for instrument " + token.instrument()));
        return ChasquiCommand.DONE;
    }

    /** @return exit code: 0 ended, or ended before; 2 there is none of this name */
    public int revoke(String name, String who) {
        try {
            boolean was = tokens.revoke(name, who);
            out.println("token " + name + (was ? " is revoked" : " was revoked before"));
            return ChasquiCommand.DONE;
        } catch (ChasquiException refused) {
            err.println(refused.getMessage());
            return ChasquiCommand.REFUSED;
        }
    }
}
