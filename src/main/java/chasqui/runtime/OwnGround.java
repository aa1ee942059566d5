package chasqui.runtime;

import chasqui.catalogue.Copies;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import chasqui.topology.StorageType;
import java.io.IOException;
import java.nio.file.Files;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what the topology names inside the home: folders below it, buckets of the embedded store. What lies elsewhere is
 * never made, because a missing folder there is a file system that is not mounted; nor is a folder that copies are
 * registered in, because it was moved away, and an empty one in its place would be taken for it.
 */
public final class OwnGround {
    private static final Logger log = LoggerFactory.getLogger(OwnGround.class);

    private OwnGround() {}

    public static void prepare(Foundation foundation) {
        for (DataLocation location :
                new Locations(foundation.database().jdbi()).refresh().locations()) {
            if (location.active() && location.storage() == StorageType.DISK) {
                // Elsewhere nothing is even looked at: a mount that hangs would hold up whoever looks.
                if (location.root().startsWith(foundation.home().root())
                        && !Files.isDirectory(location.root())
                        && !Copies.anyAt(foundation.database().jdbi(), location.id())) {
                    folder(location);
                }
            } else if (location.active() && location.storage() == StorageType.S3) {
                foundation
                        .objectStore()
                        .filter(store -> store.address()
                                .profile()
                                .equals(location.bucket().credential()))
                        .ifPresent(store -> store.ensureBucket(location.bucket().bucket()));
            }
        }
    }

    private static void folder(DataLocation location) {
        try {
            Files.createDirectories(location.root());
        } catch (IOException e) {
            // One location that cannot be used does not keep the others from being served.
            log.warn(
                    "{}: the folder {} cannot be made: {}; nothing is done there until it is there",
                    location,
                    location.root(),
                    e.toString());
        }
    }
}
