package chasqui.api;

import chasqui.embedded.PrivateFiles;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementContext;

/** The tokens of all who may come in. */
public final class Tokens {
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9_.-]{0,63}";

    private final Jdbi database;

    public Tokens(Jdbi database) {
        this.database = database;
    }

    /**
     * Makes a token.
     *
     * @param instrument the only one that it files for; null: any
     * @param lasts null: until it is revoked
     * @param who for the audit
     * @return the token itself, which nobody can be told again
     * @throws ChasquiException (item) the name is taken, or is none; there is no such instrument
     */
    public String create(String name, Role role, String instrument, Duration lasts, String who) {
        if (!name.matches(NAME)) {
            throw refused("token \"" + name.replaceAll("\\p{Cntrl}", "?")
                    + "\": its name wants 1 to 64 letters, digits, '_', '-' or '.'");
        }
        String token = Token.text(PrivateFiles.secret());
        if (instrument != null && role != Role.INSTRUMENT) {
            throw refused("token \"" + name + "\": only one of role instrument can be for one instrument alone");
        }
        return database.inTransaction(tx -> {
            requireInstrument(tx, instrument);
            int made = tx.createUpdate("""
                            INSERT INTO token (name, role, instrument, hash, expires_at)
                            VALUES (:name, :role, :instrument, :hash, clock_timestamp() + :seconds * interval '1 second')
                            ON CONFLICT (name) DO NOTHING
                            """)
                    .bind("name", name)
                    .bind("role", role.name())
                    .bind("instrument", instrument)
                    .bind("hash", Token.hashOf(token))
                    .bind("seconds", lasts == null ? null : lasts.toSeconds())
                    .execute();
            if (made == 0) {
                throw refused("token \"" + name + "\" was made before; choose another name");
            }
            audit(
                    tx,
                    who,
                    "token create",
                    name,
                    "role " + role + (instrument == null ? "" : " for instrument " + instrument));
            return token;
        });
    }

    private static void requireInstrument(Handle tx, String instrument) {
        List<String> known = tx.createQuery("SELECT name FROM instrument ORDER BY name")
                .mapTo(String.class)
                .list();
        if (instrument != null && !known.contains(instrument)) {
            throw refused(
                    "instrument \"" + instrument.replaceAll("\\p{Cntrl}", "?") + "\": there is none of this name; "
                            + (known.isEmpty()
                                    ? "add it with chasqui topology apply"
                                    : "choose one of: " + String.join(", ", known)));
        }
    }

    /**
     * Ends a token, for good: within seconds where the database is reached, elsewhere when it is reached again.
     *
     * @return whether it was good until now
     * @throws ChasquiException (item) there is none of this name
     */
    public boolean revoke(String name, String who) {
        return database.inTransaction(tx -> {
            int ended = tx.createUpdate(
                            "UPDATE token SET revoked_at = clock_timestamp() WHERE name = :name AND revoked_at IS NULL")
                    .bind("name", name)
                    .execute();
            if (ended == 0
                    && tx.createQuery("SELECT 1 FROM token WHERE name = :name")
                            .bind("name", name)
                            .mapTo(Integer.class)
                            .findOne()
                            .isEmpty()) {
                throw refused("there is no token \"" + name + "\"; chasqui token list shows those that there are");
            }
            audit(tx, who, "token revoke", name, null);
            return ended > 0;
        });
    }

    /** All that were ever made, by name. */
    public List<Token> all() {
        return database.withHandle(db -> db.createQuery(
                        "SELECT name, role, instrument, hash, created_at, expires_at, revoked_at FROM token ORDER BY name")
                .map(Tokens::token)
                .list());
    }

    private static Token token(ResultSet row, StatementContext context) throws SQLException {
        return new Token(
                row.getString("name"),
                Role.valueOf(row.getString("role")),
                row.getString("instrument"),
                row.getString("hash"),
                time(row, "created_at"),
                time(row, "expires_at"),
                time(row, "revoked_at"));
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static void audit(Handle tx, String who, String action, String name, String reason) {
        tx.createUpdate("INSERT INTO audit (who, action, subject, reason) VALUES (:who, :action, :subject, :reason)")
                .bind("who", who)
                .bind("action", action)
                .bind("subject", "token " + name)
                .bind("reason", reason)
                .execute();
    }

    private static ChasquiException refused(String message) {
        return new ChasquiException(FailureKind.ITEM, false, message);
    }
}
