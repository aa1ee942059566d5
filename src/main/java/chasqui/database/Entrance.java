package chasqui.database;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * The way to a database that may not be there yet: until it is opened, everybody is told at once that it is away, except
 * the thread that looks whether it can be.
 */
final class Entrance implements DataSource {
    private static final String CANNOT_CONNECT = "08001";

    private final DataSource connections;
    private final State state;

    /** Shared by all ways to one database. */
    static final class State {
        private final ThreadLocal<Boolean> first = ThreadLocal.withInitial(() -> false);
        private volatile boolean open;
        private volatile String why = "PostgreSQL has not been there since this process started";

        State(boolean open) {
            this.open = open;
        }

        boolean isOpen() {
            return open;
        }

        void because(String reason) {
            why = reason;
        }

        void shut(String reason) {
            why = reason;
            open = false;
        }

        /** Everybody may enter when this has gone well. */
        void openAfter(Runnable preparation) {
            first.set(true);
            try {
                preparation.run();
                open = true;
            } finally {
                first.remove();
            }
        }

        private void requireOpen() throws SQLException {
            if (!open && !first.get()) {
                throw new SQLTransientConnectionException(why, CANNOT_CONNECT);
            }
        }
    }

    Entrance(DataSource connections, State state) {
        this.connections = connections;
        this.state = state;
    }

    @Override
    public Connection getConnection() throws SQLException {
        state.requireOpen();
        return connections.getConnection();
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("one user for all");
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return connections.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        connections.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        connections.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return connections.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return connections.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return connections.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return connections.isWrapperFor(type);
    }
}
