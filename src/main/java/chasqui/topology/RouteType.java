package chasqui.topology;

/** How data travels between two sites. */
public enum RouteType {
    /** Single raw data packages, straight into the destination's long-term archive. */
    DIRECT,
    /** Transfer packages over the buffer of a site in the middle, which keeps them as they are. */
    RELAY,
    /** Transfer packages from buffer to buffer. */
    CUSTOM
}
