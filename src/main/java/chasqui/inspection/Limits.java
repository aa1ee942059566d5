package chasqui.inspection;

import org.jdbi.v3.core.Handle;

/** What keeps a question from weighing on the pipeline. */
final class Limits {
    private Limits() {}

    /** For the rest of the transaction: it only reads, and no statement of it runs longer than 20 seconds. */
    static void apply(Handle db) {
        db.execute("SET TRANSACTION READ ONLY");
        db.execute("SET LOCAL statement_timeout = '20s'");
    }
}
