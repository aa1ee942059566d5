package chasqui.runtime;

import chasqui.pipeline.NodeIdentity;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.StageEffects;
import chasqui.settings.Settings;
import chasqui.storage.S3Clients;
import chasqui.topology.Locations;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The managers and workers of all stages, under the names by which the routes call them. */
final class StageBeans implements AutoCloseable {
    private final Foundation foundation;
    private final Locations locations;
    private final NodeIdentity node;
    private final List<StageEffects> effects = new ArrayList<>();
    private final Map<String, Object> beans = new LinkedHashMap<>();
    private final S3Clients s3;

    StageBeans(Foundation foundation, Locations locations, NodeIdentity node, Settings settings) {
        this.foundation = foundation;
        this.locations = locations;
        this.node = node;
        this.s3 = new S3Clients(foundation.home().root().resolve("aws"));
    }

    List<StageEffects> effects() {
        return effects;
    }

    void connect(OperationStore operations) {
        // stages come here
    }

    Map<String, Object> beans() {
        return beans;
    }

    @Override
    public void close() {
        s3.close();
    }
}
