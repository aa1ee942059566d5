package chasqui.storage;

/** Bytes are not what was registered, or a package is not built as a package must be. */
public final class IntegrityViolation extends StorageException {
    private static final long serialVersionUID = 1L;
    private final String where;
    private final String entry;
    private final String expected;
    private final String found;

    /**
     * @param where the package or file that was read
     * @param entry the entry or property that is wrong, in readable form
     */
    public IntegrityViolation(String where, String entry, String expected, String found) {
        super(where + ": " + entry + ": expected " + expected + ", found " + found);
        this.where = where;
        this.entry = entry;
        this.expected = expected;
        this.found = found;
    }

    public String where() {
        return where;
    }

    public String entry() {
        return entry;
    }

    public String expected() {
        return expected;
    }

    public String found() {
        return found;
    }
}
