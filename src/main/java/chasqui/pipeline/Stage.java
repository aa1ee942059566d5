package chasqui.pipeline;

import java.util.Locale;

/** The stages in the order in which data passes them; the ordinal is the number of the stage's route file. */
public enum Stage {
    FILING,
    PACKAGING,
    ASSEMBLY,
    TRANSFER,
    UNPACKING,
    ARCHIVE,
    STAGING,
    DELETION;

    /** Name of the Java package below {@code chasqui} that holds this stage. */
    public String packageName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** File name of this stage's routes in {@code routes/}. */
    public String routeFile() {
        return ordinal() + "-" + packageName() + ".camel.yaml";
    }
}
