package chasqui.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.function.IntConsumer;

/**
 * Runs ours and its peer in strict alternation, so that whatever else the machine does meanwhile meets both.
 *
 * <p>Pairs before the first, for some seconds, are not counted: they warm caches and the Java compiler, as in a service
 * that has been running for a while.
 */
public final class Pairs {
    /** Fewer than this do not show a spread. */
    public static final int FEWEST = 5;

    /** At least one pair, and at least for so long, before anything counts. */
    public static final Duration WARM_UP = Duration.ofSeconds(5);

    private Pairs() {}

    /** One run of a contender. */
    @FunctionalInterface
    public interface Contender {
        /**
         * Runs once, checks its result, and tells the time of the work alone.
         *
         * @return seconds
         */
        double run() throws IOException, InterruptedException;
    }

    /**
     * @param name of the case
     * @param amount what one run handles, in the unit that the rates are to be per second of
     * @param warmUp how long to run pairs that do not count, at least one
     * @param before called before each pair, with its number from 1, or 0 for one that does not count
     * @param peer null where it is not on this machine
     */
    public static BenchCase run(
            String name, double amount, int pairs, Duration warmUp, IntConsumer before, Contender ours, Contender peer)
            throws IOException, InterruptedException {
        double[] oursRates = new double[pairs];
        double[] peerRates = new double[pairs];
        double[] ratios = new double[pairs];
        long started = System.nanoTime();
        do {
            before.accept(0);
            ours.run();
            if (peer != null) {
                peer.run();
            }
        } while (System.nanoTime() - started < warmUp.toNanos());
        for (int pair = 0; pair < pairs; pair++) {
            before.accept(pair + 1);
            oursRates[pair] = amount / ours.run();
            if (peer != null) {
                peerRates[pair] = amount / peer.run();
                ratios[pair] = oursRates[pair] / peerRates[pair];
            }
        }
        if (peer == null) {
            return new BenchCase(name, amount, Spread.of(oursRates), null, null);
        }
        return new BenchCase(name, amount, Spread.of(oursRates), Spread.of(peerRates), Spread.of(ratios));
    }
}
