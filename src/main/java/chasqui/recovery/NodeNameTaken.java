package chasqui.recovery;

import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;

/** Another process works under this node's name. */
public final class NodeNameTaken extends ChasquiException {
    private static final long serialVersionUID = 1L;

    NodeNameTaken(String name, String host, long processId, long silentSeconds) {
        super(
                FailureKind.PLATFORM,
                false,
                "a node named %s runs already: process %d on %s, heard of %d s ago; stop it, or give this one another name with chasqui.node.name"
                        .formatted(name, processId, host, silentSeconds));
    }
}
