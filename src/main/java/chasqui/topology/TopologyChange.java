package chasqui.topology;

/**
 * One difference between a topology file and what the database had.
 *
 * @param subject such as {@code location cologne/buffer}
 * @param details what it is now, or {@code key old → new}; may be ""
 */
public record TopologyChange(Kind kind, String subject, String details) {
    /** What became of the subject. Nothing is ever removed: what the file leaves out is deactivated. */
    public enum Kind {
        ADDED,
        CHANGED,
        DEACTIVATED
    }

    @Override
    public String toString() {
        return details.isEmpty() ? subject : subject + ": " + details;
    }
}
