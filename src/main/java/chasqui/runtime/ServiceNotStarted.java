package chasqui.runtime;

/** The service could not start; what had started was stopped again. The message names the first cause. */
public final class ServiceNotStarted extends RuntimeException {
    ServiceNotStarted(Throwable cause) {
        super("the service did not start: " + firstMessage(cause), cause);
    }

    private static String firstMessage(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }
}
