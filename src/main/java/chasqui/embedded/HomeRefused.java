package chasqui.embedded;

/** A folder that cannot serve as home; the message says why and what to do. */
public class HomeRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HomeRefused(String message) {
        super(message);
    }

    HomeRefused(String message, Throwable cause) {
        super(message, cause);
    }
}
