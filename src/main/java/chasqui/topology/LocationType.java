package chasqui.topology;

/** What a data location is for. */
public enum LocationType {
    SOURCE,
    BUFFER,
    LONG_TERM_ARCHIVE,
    PROCESSING
}
