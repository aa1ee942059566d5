package chasqui.database;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/** A server that was the primary and takes no writes any more keeps its connections; we do not keep ours. */
final class LostPrimary implements SQLExceptionOverride {
    private static final String READ_ONLY = "25006";

    @java.lang.Override
    public Override adjudicate(SQLException failure) {
        return READ_ONLY.equals(failure.getSQLState()) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }
}
