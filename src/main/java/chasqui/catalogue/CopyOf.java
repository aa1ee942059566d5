package chasqui.catalogue;

/** What a physical copy is a copy of. */
public enum CopyOf {
    RAW_DATA_FILE("raw_data_file_id"),
    RAW_DATA_PACKAGE("raw_data_package_id"),
    DATA_TRANSFER_PACKAGE("data_transfer_package_id");

    private final String column;

    CopyOf(String column) {
        this.column = column;
    }

    /** Column of {@code physical_copy} that names it. */
    public String column() {
        return column;
    }
}
