package chasqui.assembly;

import chasqui.topology.ArchiveSite;
import java.util.Comparator;
import java.util.List;

/**
 * Weighted round-robin over archive sites. Its position is what was chosen last, so that it cannot be lost: within any
 * as many choices as the weights sum up to, each site comes as often as its weight says, and spread out.
 */
final class RoundRobin {
    private RoundRobin() {}

    /**
     * @param recent ids of the sites chosen last, newest first; others than the candidates are ignored
     * @param candidates at least one, with weights above 0
     */
    static ArchiveSite next(List<Long> recent, List<ArchiveSite> candidates) {
        int divisor = candidates.stream().mapToInt(ArchiveSite::weight).reduce(0, RoundRobin::greatestCommonDivisor);
        long sum =
                candidates.stream().mapToLong(site -> site.weight() / divisor).sum();
        List<Long> window = recent.stream()
                .filter(id -> candidates.stream().anyMatch(site -> site.siteId() == id))
                .limit(sum - 1)
                .toList();
        return candidates.stream()
                .max(Comparator.<ArchiveSite>comparingLong(
                                site -> site.weight() / divisor * (window.size() + 1L) - sum * count(window, site))
                        .thenComparingInt(site -> age(window, site))
                        .thenComparing(ArchiveSite::shortName, Comparator.reverseOrder()))
                .orElseThrow();
    }

    private static long count(List<Long> window, ArchiveSite site) {
        return window.stream().filter(id -> id == site.siteId()).count();
    }

    private static int age(List<Long> window, ArchiveSite site) {
        int newest = window.indexOf(site.siteId());
        return newest < 0 ? window.size() : newest;
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
