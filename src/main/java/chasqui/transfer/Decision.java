package chasqui.transfer;

import chasqui.pipeline.OperationStore;

/**
 * How one transfer shall go.
 *
 * @param copyId copy of the package to read; null when no readable one is left
 * @param workerLocationId buffer whose worker does it
 * @param routeId the transfer route that was followed; null for the default
 * @param method as the route says; null until it is chosen
 * @param pull the destination's worker fetches
 */
record Decision(
        long id,
        int priority,
        Long copyId,
        long originLocationId,
        long destinationLocationId,
        long workerLocationId,
        Long routeId,
        String method,
        boolean pull) {
    Decision by(String chosen) {
        return new Decision(
                id, priority, copyId, originLocationId, destinationLocationId, workerLocationId, routeId, chosen, pull);
    }

    OperationStore.NewOperation operation() {
        return new OperationStore.NewOperation(id, workerLocationId, priority);
    }
}
