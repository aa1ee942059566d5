package chasqui.tape;

import chasqui.storage.TapeLibrary;
import chasqui.topology.DataLocation;
import java.time.Duration;

/** The tape libraries of all TAPE locations. */
public final class Tapes {
    private final TapeSettings settings;

    public Tapes(TapeSettings settings) {
        this.settings = settings;
    }

    /** @param location on TAPE */
    public TapeAccess at(DataLocation location) {
        return new TapeAccess(location, library(location), settings.looks());
    }

    /** Its commands alone, for what is no work of any lease. */
    public TapeLibrary library(DataLocation location) {
        return new TapeLibrary(location.tape().commands(), settings.limits());
    }

    /** Longest time for an answer that needs no tape. */
    public Duration answer() {
        return settings.limits().answer();
    }
}
