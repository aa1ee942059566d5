package chasqui.runtime;

import java.net.UnknownHostException;
import java.sql.SQLException;

/**
 * Which refusals of a database at a start may pass by themselves. What looks like a wrong setting is one at the first start
 * ever, and an outage (of name servers beyond the link, of a password that is being changed) where it has worked before.
 */
final class WaitingHelps {
    private static final int DEEPEST_CAUSE = 12;

    private WaitingHelps() {}

    /** @param known this home has used a database before */
    static boolean with(Throwable refused, boolean known) {
        boolean answeredOrAway = false;
        Throwable cause = refused;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++, cause = cause.getCause()) {
            if (cause instanceof UnknownHostException) {
                return known;
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                answeredOrAway = true;
                if (sql.getSQLState().startsWith("28") || sql.getSQLState().equals("3D000")) {
                    return known;
                }
            }
        }
        return answeredOrAway;
    }
}
