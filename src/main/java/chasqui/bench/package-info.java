/**
 * Measures parts of Chasqui against what else one would use, in strict alternation in one run: {@link chasqui.bench.Pairs}
 * and {@link chasqui.bench.BenchReport} are the same for every bench, the rest belongs to one.
 */
package chasqui.bench;
