package chasqui.pipeline;

import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.List;

/** Tells trouble with the database itself, which passes, from a statement that can never succeed. */
public final class DatabaseTrouble {
    private static final int DEEPEST_CAUSE = 12;

    /**
     * SQLSTATE: connection lost, transaction rolled back (deadlock, serialization), resources spent, lock not available,
     * operator intervention, system error; and a server that takes no writes. PostgreSQL documentation, appendix A.
     */
    private static final List<String> PASSING = List.of("08", "40", "53", "55P03", "57", "58", "25006");

    private DatabaseTrouble() {}

    /** Whether this error, or what caused it, is the database's and not the statement's. */
    public static boolean in(Throwable error) {
        Throwable cause = error;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++, cause = cause.getCause()) {
            if (cause instanceof SQLTransientException
                    || cause instanceof SQLException sql && passes(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    private static boolean passes(String state) {
        return state != null && PASSING.stream().anyMatch(state::startsWith);
    }
}
