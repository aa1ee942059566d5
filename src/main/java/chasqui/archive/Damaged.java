package chasqui.archive;

/** The bytes that arrived are not those that were sent, or they are gone: only sending again helps. */
final class Damaged extends Exception {
    private static final long serialVersionUID = 1L;

    Damaged(String message, Throwable cause) {
        super(message, cause);
    }
}
