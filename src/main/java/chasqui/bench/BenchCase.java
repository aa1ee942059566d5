package chasqui.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What came out of one case.
 *
 * @param amount what one run handled, for instance bytes
 * @param ours amount per second
 * @param peer amount per second; null where the peer is not on this machine
 * @param ratio ours by peer, pair by pair; null with the peer
 */
public record BenchCase(String name, double amount, Spread ours, Spread peer, Spread ratio) {
    /** From rounds in which each contender ran once. */
    static <T> BenchCase of(
            String name, double amount, List<T> rounds, ToDoubleFunction<T> ours, ToDoubleFunction<T> peer) {
        return new BenchCase(
                name,
                amount,
                Spread.of(rounds.stream().mapToDouble(ours).toArray()),
                Spread.of(rounds.stream().mapToDouble(peer).toArray()),
                Spread.of(rounds.stream()
                        .mapToDouble(round -> ours.applyAsDouble(round) / peer.applyAsDouble(round))
                        .toArray()));
    }
}
