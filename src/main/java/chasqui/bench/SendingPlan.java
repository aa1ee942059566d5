package chasqui.bench;

import java.util.Map;

/**
 * What is to be sent, how.
 *
 * @param packages how many transfer packages
 * @param bytesEach size of the one file in each
 * @param method transfer method
 * @param host of the destination buffer; null: none named
 * @param user on that host; null: none named
 * @param options of the transfer route
 */
record SendingPlan(int packages, long bytesEach, String method, String host, String user, Map<String, String> options) {
    static SendingPlan byCopy(int packages, long bytesEach) {
        return new SendingPlan(packages, bytesEach, "cp", null, null, Map.of());
    }

    long bytes() {
        return packages * bytesEach;
    }
}
