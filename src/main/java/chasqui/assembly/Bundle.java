package chasqui.assembly;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Packages of one buffer that travel together: of one instrument, so that instruments can take turns on a link, and of one
 * priority, so that what is urgent does not wait for what is not.
 */
record Bundle(List<Candidate> packages) {
    static final int MOST_PACKAGES = 1_000;

    /**
     * Bundles packages in their order as long as they fit; what does not fill a bundle goes only when one of its packages
     * has waited long enough.
     */
    static List<Bundle> of(List<Candidate> candidates, long targetSize) {
        Map<Kind, List<Candidate>> byKind = new LinkedHashMap<>();
        for (Candidate candidate : candidates) {
            byKind.computeIfAbsent(Kind.of(candidate), kind -> new ArrayList<>())
                    .add(candidate);
        }
        List<Bundle> bundles = new ArrayList<>();
        byKind.values().forEach(ofOneKind -> bundle(ofOneKind, targetSize, bundles));
        return bundles;
    }

    /** What the packages of one bundle have in common. */
    private record Kind(long bufferId, int priority, long instrumentId) {
        static Kind of(Candidate candidate) {
            return new Kind(candidate.bufferId(), candidate.priority(), candidate.instrumentId());
        }
    }

    private static void bundle(Collection<Candidate> candidates, long targetSize, List<Bundle> bundles) {
        Bundle open = new Bundle(new ArrayList<>());
        for (Candidate candidate : candidates) {
            if (!open.packages.isEmpty() && open.bytes() + candidate.sizeBytes() > targetSize) {
                bundles.add(open);
                open = new Bundle(new ArrayList<>());
            }
            open.packages.add(candidate);
            if (open.bytes() >= targetSize || open.packages.size() == MOST_PACKAGES) {
                bundles.add(open);
                open = new Bundle(new ArrayList<>());
            }
        }
        if (open.packages.stream().anyMatch(Candidate::waited)) {
            bundles.add(open);
        }
    }

    long bytes() {
        return packages.stream().mapToLong(Candidate::sizeBytes).sum();
    }

    int priority() {
        return packages.get(0).priority();
    }

    long instrumentId() {
        return packages.get(0).instrumentId();
    }

    long bufferId() {
        return packages.get(0).bufferId();
    }

    long siteId() {
        return packages.get(0).siteId();
    }
}
