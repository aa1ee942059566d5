package chasqui.transfer;

import chasqui.topology.DataLocation;
import chasqui.topology.StorageType;

/** Which method moves bytes from one kind of storage to another when neither route nor setting names one. */
public final class MethodChoice {
    /** Value of {@code chasqui.transfer.method} that leaves the choice to the storage types. */
    public static final String AUTO = "auto";

    private MethodChoice() {}

    /**
     * @param named by the route; null: by nobody
     * @param otherwise the setting: a method, or {@link #AUTO}
     * @param pull the worker at the destination does the work
     */
    static String of(String named, String otherwise, DataLocation origin, DataLocation destination, boolean pull) {
        if (named != null) {
            return named;
        }
        return otherwise.equals(AUTO) ? byStorage(origin, destination, pull) : otherwise;
    }

    /** By the storage types alone. */
    public static String byStorage(DataLocation origin, DataLocation destination, boolean pull) {
        StorageType from = origin.storage();
        StorageType to = destination.storage();
        if (from == StorageType.TAPE || to == StorageType.TAPE) {
            return "command";
        }
        if (from == StorageType.S3) {
            return to == StorageType.S3 ? "s3-copy" : "s3-download";
        }
        if (to == StorageType.S3) {
            return "s3-upload";
        }
        boolean oneMachine = pull ? destination.sees(origin) : origin.sees(destination);
        return oneMachine ? "cp" : "bbcp";
    }
}
