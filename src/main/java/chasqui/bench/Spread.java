package chasqui.bench;

import java.util.Arrays;

/** Several measurements of one thing: their median, and the smallest and largest. */
public record Spread(double median, double min, double max) {

    /** @throws IllegalArgumentException there are none */
    public static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no measurements");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }
}
