package chasqui.recovery;

import chasqui.topology.DataLocation;
import java.io.IOException;

/** Removes one kind of left-overs. */
interface Sweep {
    /** What it removes, for people: "temporaries of dead attempts". */
    String what();

    /**
     * @param location on DISK, its root need not be there; or on TAPE, which may have a folder of its own for what comes back
     * @return how many names are gone
     * @throws IOException one of them cannot be removed; all of them were tried
     */
    int sweep(DataLocation location) throws IOException;
}
