package chasqui.pipeline;

import chasqui.notification.Notifications;
import java.util.Locale;
import org.jdbi.v3.core.Handle;

/** Tells people of work that parks again and again: it costs no attempt, so that nothing else would ever tell them. */
final class LongParked {
    /** With the pauses of the defaults, some four minutes after the first failure. */
    static final int TOLD_AT = 3;

    private LongParked() {}

    /** Once for each operation, counted together while it is the same cause: who is to blame, at this queue. */
    static void tell(Handle tx, Operation operation, Failure failure) {
        if (operation.parks() + 1 != TOLD_AT) {
            return;
        }
        String blamed = failure.kind().name().toLowerCase(Locale.ROOT);
        Notifications.raise(
                tx,
                Notifications.Level.WARNING,
                "parked:" + operation.queue() + ":" + blamed,
                operation + ": could not be done " + TOLD_AT + " times in a row, which is no fault of its own ("
                        + blamed + "); it is tried again without limit: " + failure.message(),
                "remove the cause; work then goes on by itself");
    }
}
