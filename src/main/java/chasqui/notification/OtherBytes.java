package chasqui.notification;

import org.jdbi.v3.core.Handle;

/** Tells of bytes that stood under a name which belongs to others: nothing was lost, but somebody or some disk made them. */
public final class OtherBytes {
    private OtherBytes() {}

    /**
     * Records a warning, counted per location.
     *
     * @param location {@code site/name}
     * @param name that they had, below the location's root
     * @param aside where they lie now; null: there were none, and nothing is recorded
     */
    public static void tell(Handle tx, String location, String name, String aside) {
        if (aside == null) {
            return;
        }
        Notifications.raise(
                tx,
                Notifications.Level.WARNING,
                "other-bytes:" + location,
                location + ": " + name + " held other bytes than it should; they lie at " + aside
                        + " now, and the right ones have the name",
                "find out who writes there; if nobody does, this storage does not keep what it is given: look at it");
    }
}
