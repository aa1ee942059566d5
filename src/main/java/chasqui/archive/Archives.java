package chasqui.archive;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.StallLimit;
import chasqui.storage.S3Clients;
import chasqui.storage.S3Endpoint;
import chasqui.tape.Tapes;
import chasqui.topology.Bucket;
import chasqui.topology.DataLocation;
import chasqui.topology.DiskRoot;
import chasqui.topology.Locations;
import java.io.IOException;

/** Finds the way into an archive location. A further storage type is one more class and one more line. */
public final class Archives {
    private final Locations locations;
    private final S3Clients clients;
    private final Tapes tapes;
    private final ArchiveSettings settings;

    public Archives(Locations locations, S3Clients clients, Tapes tapes, ArchiveSettings settings) {
        this.locations = locations;
        this.clients = clients;
        this.tapes = tapes;
        this.settings = settings;
    }

    StallLimit stall() {
        return settings.stall();
    }

    int mostSends() {
        return settings.mostSends();
    }

    DataLocation location(long id) {
        return locations.byId(id);
    }

    /**
     * @param used copies are registered there
     * @throws ChasquiException (location, retryable) it is not there
     */
    ArchiveStore at(DataLocation archive, boolean used) throws IOException {
        return switch (archive.storage()) {
            case DISK -> new DiskArchive(DiskRoot.requireForWriting(archive, used), settings.stall());
            case S3 -> {
                Bucket bucket = archive.bucket();
                S3Endpoint endpoint = new S3Endpoint(bucket.endpoint(), bucket.region(), bucket.credential());
                yield new S3Archive(clients.objects(endpoint), bucket, settings.stall());
            }
            case TAPE -> new TapeArchive(archive, tapes.at(archive), settings.stall());
        };
    }
}
