package chasqui.deletion;

import chasqui.catalogue.ReadMode;
import chasqui.pipeline.CopyState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the archives prove about the packages of one victim. */
final class ArchiveEvidence {
    private final DeletionSettings settings;
    private final Instant now;
    private final List<Holding> holdings = new ArrayList<>();

    /** One package: the archives that count, with their evidence, and what is wrong with the others. */
    private record Holding(String name, Set<Long> locations, List<Evidence> evidence, List<String> wrong) {}

    ArchiveEvidence(DeletionSettings settings, Instant now) {
        this.settings = settings;
        this.now = now;
    }

    void collect(PackageFacts packed) {
        Holding holding = new Holding(packed.name(), new HashSet<>(), new ArrayList<>(), new ArrayList<>());
        for (ArchiveCopy copy : packed.archiveCopies()) {
            String wrong = wrong(copy, packed);
            if (wrong != null) {
                holding.wrong().add("copy " + copy.copyId() + " at " + copy.location() + " " + wrong);
            } else if (holding.locations().add(copy.locationId())) {
                holding.evidence()
                        .add(new Evidence(
                                copy.copyId(),
                                packed.name(),
                                copy.location(),
                                copy.expected(),
                                copy.verificationId(),
                                copy.verifiedAt(),
                                copy.readMode()));
            }
        }
        holdings.add(holding);
    }

    private String wrong(ArchiveCopy copy, PackageFacts packed) {
        if (!copy.active()) {
            return "does not count: that archive is switched off";
        }
        if (copy.state() != CopyState.PRESENT) {
            return "is " + copy.state();
        }
        if (packed.sha256() == null
                || !(copy.checksum().equals(packed.sha256()) || copy.checksum().equals(packed.xxh64()))) {
            return "is registered with another checksum than its package";
        }
        if (copy.verificationId() == null || copy.verifiedAt() == null) {
            return "was never verified";
        }
        if (!copy.good() || !packed.sha256().equals(copy.expected())) {
            return "did not prove its package's SHA-256 when it was last verified";
        }
        if (copy.verifiedAt().isAfter(now)) {
            return "was verified at " + copy.verifiedAt() + ", which has not come yet";
        }
        if (copy.verifiedAt().plus(settings.verificationMaxAge()).isBefore(now)) {
            return "was last verified at " + copy.verifiedAt() + ", longer ago than "
                    + settings.verificationMaxAge().toHours() + " h; a fresher verification comes by itself";
        }
        if (copy.readMode() == null || copy.readMode() == ReadMode.CACHED && !copy.acceptsCached()) {
            return "was only read through the page cache when it was last verified";
        }
        return null;
    }

    /** Every package must be in as many archives as the policy asks for. */
    void requireCopies(List<String> against) {
        for (Holding holding : holdings) {
            if (holding.locations().size() < settings.copies()) {
                against.add("package " + holding.name() + " is proven in "
                        + holding.locations().size() + " archives, " + settings.copies() + " are asked for"
                        + wrong(holding));
            }
        }
    }

    /** Every package must be in each of these archives; where there is none, nothing is asked. */
    void requireEach(Set<ArchiveSites.Archive> archives, List<String> against) {
        for (Holding holding : holdings) {
            for (ArchiveSites.Archive archive : archives) {
                if (!holding.locations().contains(archive.locationId())) {
                    against.add(
                            "package " + holding.name() + " is not proven in " + archive.location() + wrong(holding));
                }
            }
        }
    }

    private static String wrong(Holding holding) {
        return holding.wrong().isEmpty() ? "" : ": " + String.join(", ", holding.wrong());
    }

    List<Evidence> evidence() {
        return holdings.stream().flatMap(holding -> holding.evidence().stream()).toList();
    }

    int fewest() {
        return holdings.stream()
                .mapToInt(holding -> holding.locations().size())
                .min()
                .orElse(0);
    }
}
