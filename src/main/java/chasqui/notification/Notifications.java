package chasqui.notification;

import org.jdbi.v3.core.Handle;

/** Records notifications; sending them is another's work. */
public final class Notifications {
    /** How urgent a notification is. */
    public enum Level {
        ERROR,
        WARNING,
        INFO
    }

    private Notifications() {}

    /**
     * Records a notification, or counts it when one with the same cause has not been sent yet.
     *
     * @param cause one key per root cause, such as {@code location-full:ccat/buffer}
     * @param message what, which, and what the system does next
     * @param nextStep what the human should do
     */
    public static void raise(Handle tx, Level level, String cause, String message, String nextStep) {
        tx.createUpdate("""
                        INSERT INTO notification (level, cause, message, next_step)
                        VALUES (:level, :cause, :message, :nextStep)
                        ON CONFLICT (cause) WHERE sent_at IS NULL
                        DO UPDATE SET occurrences = notification.occurrences + 1, last_at = clock_timestamp(),
                                      message = excluded.message, next_step = excluded.next_step
                        """)
                .bind("level", level.name())
                .bind("cause", cause)
                .bind("message", message)
                .bind("nextStep", nextStep)
                .execute();
    }

    /** The same, for what is looked at again and again: while one with the same cause has not been sent, nothing changes. */
    public static void raiseUnlessWaiting(Handle tx, Level level, String cause, String message, String nextStep) {
        boolean waiting = tx.createQuery(
                        "SELECT EXISTS (SELECT FROM notification WHERE cause = :cause AND sent_at IS NULL)")
                .bind("cause", cause)
                .mapTo(Boolean.class)
                .one();
        if (!waiting) {
            raise(tx, level, cause, message, nextStep);
        }
    }
}
