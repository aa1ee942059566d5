package chasqui.pipeline;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.function.Predicate;

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
    static boolean ofOneStatement(Throwable error) {
        return has(error, sql -> isOneOf(OF_ONE_STATEMENT, sql)) && !isAway(error);
    }

    private static boolean has(Throwable error, Predicate<SQLException> what) {
        Throwable cause = error;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++, cause = cause.getCause()) {
            if (cause instanceof SQLException sql && what.test(sql)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOneOf(List<String> states, SQLException sql) {
        String state = sql.getSQLState();
        return state != null && states.stream().anyMatch(state::startsWith);
    }
}
