package chasqui.database;

import chasqui.pipeline.DatabaseTrouble;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** What is the matter with the database, in words for people. */
public final class DatabaseFault {
    private static final int DEEPEST_CAUSE = 12;

    private DatabaseFault() {}

    /** Never throws; one line. */
    public static String of(Throwable error) {
        return DatabaseTrouble.lock(error).orElseGet(() -> other(error));
    }

    private static String other(Throwable error) {
        SQLException deepest = null;
        Throwable cause = error;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++, cause = cause.getCause()) {
            if (cause instanceof SQLTransientConnectionException && cause.getCause() == null) {
                // Ours, or that of a pool that does not know either.
                return firstLine(cause);
            }
            if (cause instanceof SQLException sql && (deepest == null || sql.getSQLState() != null)) {
                deepest = sql;
            }
        }
        String state = deepest == null || deepest.getSQLState() == null ? "" : deepest.getSQLState();
        return words(state) + ": " + firstLine(deepest == null ? error : deepest);
    }

    private static String words(String state) {
        return switch (state) {
            case "25006" -> "PostgreSQL takes no writes";
            case "53300" -> "PostgreSQL has no connection left for us";
            case "53100" -> "PostgreSQL's disk is full";
            case "57P01", "57P02", "57P03" -> "PostgreSQL is starting or stopping";
            case "28P01", "28000" -> "PostgreSQL refuses our user or password";
            case "3D000" -> "PostgreSQL does not have our database";
            default ->
                state.isEmpty() || state.startsWith("08") ? "PostgreSQL does not answer" : "PostgreSQL is in trouble";
        };
    }

    private static String firstLine(Throwable error) {
        String line = String.valueOf(error.getMessage()).lines().findFirst().orElse(error.toString());
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }
}
