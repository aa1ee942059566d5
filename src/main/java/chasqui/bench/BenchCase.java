package chasqui.bench;

/**
 * What came out of one case.
 *
 * @param amount what one run handled, for instance bytes
 * @param ours amount per second
 * @param peer amount per second
 * @param ratio ours by peer, pair by pair
 */
public record BenchCase(String name, double amount, Spread ours, Spread peer, Spread ratio) {}
