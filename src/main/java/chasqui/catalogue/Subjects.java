package chasqui.catalogue;

import chasqui.pipeline.PackageState;
import chasqui.pipeline.StateChanges;
import chasqui.pipeline.WorkStatus;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Status of what operations are about, changed only along the edges of {@link StateChanges}. */
public enum Subjects {
    RAW_DATA_PACKAGE("raw_data_package"),
    DATA_TRANSFER_PACKAGE("data_transfer_package"),
    DATA_TRANSFER("data_transfer"),
    LONG_TERM_ARCHIVE_TRANSFER("long_term_archive_transfer"),
    STAGING_JOB("staging_job"),
    DELETION_BATCH("deletion_batch");

    private final String table;

    Subjects(String table) {
        this.table = table;
    }

    /**
     * @return true when the subject stood in {@code from}
     * @throws chasqui.pipeline.IllegalStateChange the change is not in the table
     */
    public boolean change(Handle tx, long id, WorkStatus from, WorkStatus to) {
        StateChanges.require(from, to);
        return tx.createUpdate(
                                "UPDATE <table> SET status = :to::work_status WHERE id = :id AND status = :from::work_status")
                        .define("table", table)
                        .bind("to", to.name())
                        .bind("from", from.name())
                        .bind("id", id)
                        .execute()
                == 1;
    }

    /**
     * Changes the status of many subjects in one statement.
     *
     * @param ids may be empty
     * @return how many stood in {@code from}; the others are untouched
     * @throws chasqui.pipeline.IllegalStateChange the change is not in the table
     */
    public int change(Handle tx, List<Long> ids, WorkStatus from, WorkStatus to) {
        StateChanges.require(from, to);
        return tx.createUpdate(
                        "UPDATE <table> SET status = :to::work_status WHERE id = ANY (:ids) AND status = :from::work_status")
                .define("table", table)
                .bind("to", to.name())
                .bind("from", from.name())
                .bindArray("ids", Long.class, ids)
                .execute();
    }

    /**
     * Work on it begins, from wherever a live operation may find it: PENDING, SCHEDULED, or FAILED when a human retries.
     *
     * @return false when it stands elsewhere: there is nothing to work on
     */
    public boolean begin(Handle tx, long id) {
        return change(tx, id, WorkStatus.SCHEDULED, WorkStatus.IN_PROGRESS)
                || change(tx, id, WorkStatus.PENDING, WorkStatus.IN_PROGRESS)
                || (change(tx, id, WorkStatus.FAILED, WorkStatus.PENDING)
                        && change(tx, id, WorkStatus.PENDING, WorkStatus.IN_PROGRESS));
    }

    /**
     * Changes the state of raw data packages.
     *
     * @return how many stood in {@code from}; the others are untouched
     * @throws chasqui.pipeline.IllegalStateChange the change is not in the table
     */
    public static int changeState(Handle tx, List<Long> packages, PackageState from, PackageState to) {
        StateChanges.require(from, to);
        return tx.createUpdate("""
                        UPDATE raw_data_package
                           SET state = :to::package_state,
                               archived_at = CASE WHEN :to = 'ARCHIVED' THEN clock_timestamp() ELSE archived_at END
                         WHERE id = ANY (:ids) AND state = :from::package_state
                        """)
                .bind("to", to.name())
                .bind("from", from.name())
                .bindArray("ids", Long.class, packages)
                .execute();
    }
}
