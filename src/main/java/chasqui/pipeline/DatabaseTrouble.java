package chasqui.pipeline;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells trouble with the database itself, which passes, from a statement that can never succeed. */
public final class DatabaseTrouble {
    private static final int DEEPEST_CAUSE = 12;

    /**
     * SQLSTATE: connection lost, transaction rolled back (deadlock, serialization), resources spent, lock not available,
     * operator intervention, system error; and a server that takes no writes. PostgreSQL documentation, appendix A.
     */
    private static final List<String> PASSING = List.of("08", "40", "53", "55P03", "57", "58", "25006");

    /** No connection, no room for one, shutdown and start, no writes: whoever comes next meets the same. */
    private static final List<String> AWAY = List.of("08", "53300", "57P", "25006");

    /** Rolled back, lock not available, cancelled: another statement fares better. */
    private static final List<String> OF_ONE_STATEMENT = List.of("40", "55P03", "57014");

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** As PostgreSQL names in its message what it waited for. */
    private static final Pattern RELATION = Pattern.compile("relation \"([^\"]+)\"");

    private DatabaseTrouble() {}

    /** Whether this error, or what caused it, is the database's and not the statement's. */
    public static boolean in(Throwable error) {
        return has(error, sql -> sql instanceof SQLTransientException || isOneOf(PASSING, sql));
    }

    /** Whether nothing can be done with the database now, rather than this one thing. */
    static boolean isAway(Throwable error) {
        return has(error, sql -> sql instanceof SQLTransientConnectionException || isOneOf(AWAY, sql));
    }

    /** Whether it passes, while the database does other things meanwhile. */
    public static boolean ofOneStatement(Throwable error) {
        return has(error, sql -> isOneOf(OF_ONE_STATEMENT, sql)) && !isAway(error);
    }

    /** For people: a lock that somebody else holds, and on what; empty when it was not that. */
    public static Optional<String> lock(Throwable error) {
        return first(error, sql -> LOCK_NOT_AVAILABLE.equals(sql.getSQLState())).map(sql -> {
            Matcher relation = RELATION.matcher(String.valueOf(sql.getMessage()));
            return "somebody holds a lock in PostgreSQL on "
                    + (relation.find() ? "the table " + relation.group(1) : "what this needs");
        });
    }

    /** For people: what is the matter, in one line where that is known. */
    static String told(Throwable error) {
        return lock(error).orElseGet(() -> String.valueOf(error.getMessage()));
    }

    private static boolean has(Throwable error, Predicate<SQLException> what) {
        return first(error, what).isPresent();
    }

    private static Optional<SQLException> first(Throwable error, Predicate<SQLException> what) {
        Throwable cause = error;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++, cause = cause.getCause()) {
            if (cause instanceof SQLException sql && what.test(sql)) {
                return Optional.of(sql);
            }
        }
        return Optional.empty();
    }

    private static boolean isOneOf(List<String> states, SQLException sql) {
        String state = sql.getSQLState();
        return state != null && states.stream().anyMatch(state::startsWith);
    }
}
