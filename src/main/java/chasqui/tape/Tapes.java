package chasqui.tape;

import chasqui.storage.TapeLibrary;
import chasqui.topology.DataLocation;

/** The tape libraries of all TAPE locations. */
public final class Tapes {
    private final TapeSettings settings;

    public Tapes(TapeSettings settings) {
        this.settings = settings;
    }

    /** @param location on TAPE */
    public TapeAccess at(DataLocation location) {
        return new TapeAccess(
                location, new TapeLibrary(location.tape().commands(), settings.limits()), settings.looks());
    }
}
