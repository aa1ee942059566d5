package chasqui.catalogue;

/** Who intends to read a copy. */
public enum UseBy {
    DATA_TRANSFER_PACKAGE("data_transfer_package_id"),
    DATA_TRANSFER("data_transfer_id"),
    LONG_TERM_ARCHIVE_TRANSFER("long_term_archive_transfer_id"),
    STAGING_JOB("staging_job_id"),
    VERIFICATION("verification_operation_id");

    private final String column;

    UseBy(String column) {
        this.column = column;
    }

    String column() {
        return column;
    }
}
