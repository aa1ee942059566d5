package chasqui.runtime;

import java.io.FileNotFoundException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import javax.net.ssl.SSLHandshakeException;

/**
 * Which refusals of a database at a start may pass by themselves. What looks like a wrong setting is one at the first start
 * ever, and an outage (of name servers beyond the link, of a password that is being changed) where it has worked before.
 */
final class WaitingHelps {
    private static final int DEEPEST_CAUSE = 12;
    /** The driver's, for a server that has no TLS or another name. */
    private static final String REJECTED = "08004";

    private WaitingHelps() {}

    /** @param known this home has used a database before */
    static boolean with(Throwable refused, boolean known) {
        boolean answeredOrAway = false;
        Throwable cause = refused;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++, cause = cause.getCause()) {
            if (cause instanceof UnknownHostException || notTrusted(cause)) {
                return known;
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                answeredOrAway = true;
                String state = sql.getSQLState();
                if (state.startsWith("28") || state.equals("3D000") || state.equals(REJECTED)) {
                    return known;
                }
            }
        }
        return answeredOrAway;
    }

    /** No authority's certificates to compare with, or others than the server's. */
    private static boolean notTrusted(Throwable cause) {
        return cause instanceof FileNotFoundException
                || cause instanceof GeneralSecurityException
                || cause instanceof SSLHandshakeException;
    }
}
