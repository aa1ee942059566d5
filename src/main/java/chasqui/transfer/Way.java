package chasqui.transfer;

import java.util.Map;

/**
 * What a transfer route says about how a transfer shall go.
 *
 * @param routeId null: there is none, everything the default way
 * @param pull a worker at the destination does the work, else one at the origin
 * @param rateLimitBytesPerSecond what one transfer may take; null: no limit
 * @param options for the method, by name; empty: its defaults
 */
public record Way(Long routeId, boolean pull, Long rateLimitBytesPerSecond, Map<String, String> options) {
    /** No route: a worker at the origin sends, without a limit. */
    public static final Way DEFAULT = new Way(null, false, null, Map.of());
}
