package chasqui.bench;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What is to be sent, how.
 *
 * @param sizes of the one file in each transfer package, bytes
 * @param method transfer method
 * @param atOnce transfers on the link at the same time
 * @param host of the destination buffer; null: none named
 * @param options of the transfer route
 */
record SendingPlan(List<Long> sizes, String method, int atOnce, String host, Map<String, String> options) {
    static SendingPlan byCopy(long bytes) {
        return new SendingPlan(List.of(bytes), "cp", 1, null, Map.of());
    }

    static List<Long> equal(int packages, long bytesEach) {
        return Collections.nCopies(packages, bytesEach);
    }

    int packages() {
        return sizes.size();
    }

    long smallest() {
        return Collections.min(sizes);
    }

    /** Who is reached at the host: whoever runs the bench. */
    static String user() {
        return System.getProperty("user.name");
    }
}
