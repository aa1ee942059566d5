package chasqui.api;

/** What the holder of a token may do. */
public enum Role {
    INSTRUMENT,
    SCIENTIST,
    OPERATOR,
    ADMIN
}
