package chasqui.topology;

import java.util.List;
import java.util.Map;

/**
 * What is different about transfers from one site to another. A pair of sites without a row: from buffer to buffer with
 * the default method.
 *
 * @param method name of the transfer method; null: chosen by the two storage types
 * @param relaySiteId site in the middle of a RELAY route; null for others
 * @param originLocationId buffer to send from; null: whichever holds the data
 * @param destinationLocationId buffer to send to; null: the destination's first by priority
 * @param pull the work is done by a worker at the destination
 * @param forbidden nothing may travel this way
 * @param rateLimitBytesPerSecond null: no limit
 * @param concurrency transfers at the same time; null: the default
 * @param timeWindows daily, UTC, {@code HH:MM-HH:MM}; empty: always
 * @param options what its method is told beside that, by name; empty: the method's defaults
 * @param priority lowest first
 */
public record TransferRoute(
        long id,
        long originSiteId,
        long destinationSiteId,
        RouteType type,
        String method,
        Long relaySiteId,
        Long originLocationId,
        Long destinationLocationId,
        boolean pull,
        boolean forbidden,
        Long rateLimitBytesPerSecond,
        Integer concurrency,
        List<String> timeWindows,
        Map<String, String> options,
        int priority) {}
