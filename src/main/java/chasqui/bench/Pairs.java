package chasqui.bench;

import java.io.IOException;

/**
 * Runs ours and its peer in strict alternation, so that whatever else the machine does meanwhile meets both.
 *
 * <p>One pair before the first is run and not counted: it warms caches and the Java compiler.
 */
public final class Pairs {
    /** Fewer than this do not show a spread. */
    public static final int FEWEST = 5;

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
     * @param before called before each pair, with its number from 0 (the one that does not count) to pairs
     */
    public static BenchCase run(
            String name,
            double amount,
            int pairs,
            java.util.function.IntConsumer before,
            Contender ours,
            Contender peer)
            throws IOException, InterruptedException {
        double[] oursRates = new double[pairs];
        double[] peerRates = new double[pairs];
        double[] ratios = new double[pairs];
        before.accept(0);
        ours.run();
        peer.run();
        for (int pair = 0; pair < pairs; pair++) {
            before.accept(pair + 1);
            oursRates[pair] = amount / ours.run();
            peerRates[pair] = amount / peer.run();
            ratios[pair] = oursRates[pair] / peerRates[pair];
        }
        return new BenchCase(name, amount, Spread.of(oursRates), Spread.of(peerRates), Spread.of(ratios));
    }
}
