package chasqui.deletion;

import chasqui.catalogue.CopyOf;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.PackageState;
import chasqui.pipeline.WorkStatus;
import chasqui.storage.FileFacts;
import chasqui.storage.RelativePath;
import chasqui.topology.LocationType;
import chasqui.topology.StorageType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Decides from facts alone whether a copy may go. Whatever is missing or unknown is a reason against. */
final class DeletionPolicy {
    private final DeletionSettings settings;
    private final ArchiveSites sites;
    private final Instant now;

    /** @param now on the clock that stamped the facts */
    DeletionPolicy(DeletionSettings settings, ArchiveSites sites, Instant now) {
        this.settings = settings;
        this.sites = sites;
        this.now = now;
    }

    /** @param begun the deletion is scheduled or under way already, and its copy in the state for that */
    Decision decide(VictimFacts facts, boolean begun) {
        DeletionRule rule = rule(facts);
        if (rule == null) {
            return new Decision(facts.victim().copyId(), null, null, List.of(noRule(facts)));
        }
        List<String> against = new ArrayList<>();
        requireState(facts, rule, begun, against);
        requireKnown(facts, against);
        requireUnprotected(facts, against);
        ArchiveEvidence archived = new ArchiveEvidence(settings, now);
        for (PackageFacts packed : facts.packages()) {
            if (packed.state() != PackageState.ARCHIVED || packed.archivedAt() == null) {
                against.add("package " + packed.name() + " is not archived yet (" + packed.state() + ")");
            }
            archived.collect(packed);
        }
        switch (rule) {
            case SOURCE_FILE -> {
                archived.requireCopies(against);
                requireBufferEmptied(facts, against);
                requireRetention(facts.packages().get(0).archivedAt(), settings.retentionSource(), "archived", against);
            }
            case SOURCE_SITE_PACKAGE -> {
                archived.requireCopies(against);
                requireSent(facts, against);
                archived.requireEach(sites.at(facts.siteId()), against);
            }
            case ARCHIVE_SITE_PACKAGE -> archived.requireEach(sites.at(facts.siteId()), against);
            case TRANSFER_PACKAGE -> {
                archived.requireCopies(against);
                requireUnpacked(facts, against);
            }
            case STAGED_PACKAGE -> {
                archived.requireCopies(against);
                requireReleased(facts, against);
            }
        }
        if (!against.isEmpty()) {
            return new Decision(facts.victim().copyId(), rule, null, against);
        }
        DeletionProof proof = new DeletionProof(rule, facts.victim(), archived.evidence(), archived.fewest(), now);
        return new Decision(facts.victim().copyId(), rule, proof, List.of());
    }

    private DeletionRule rule(VictimFacts facts) {
        if (facts.packages().isEmpty() || facts.storage() != StorageType.DISK) {
            return null;
        }
        CopyOf of = facts.victim().of();
        return switch (facts.locationType()) {
            case SOURCE -> of == CopyOf.RAW_DATA_FILE ? DeletionRule.SOURCE_FILE : null;
            case PROCESSING -> of == CopyOf.RAW_DATA_PACKAGE ? DeletionRule.STAGED_PACKAGE : null;
            case LONG_TERM_ARCHIVE -> null;
            case BUFFER ->
                switch (of) {
                    case RAW_DATA_FILE -> null;
                    case DATA_TRANSFER_PACKAGE -> DeletionRule.TRANSFER_PACKAGE;
                    case RAW_DATA_PACKAGE -> packageRule(facts);
                };
        };
    }

    private DeletionRule packageRule(VictimFacts facts) {
        if (facts.packages().get(0).sourceSite() == facts.siteId()) {
            return DeletionRule.SOURCE_SITE_PACKAGE;
        }
        return sites.contains(facts.siteId()) ? DeletionRule.ARCHIVE_SITE_PACKAGE : null;
    }

    private static String noRule(VictimFacts facts) {
        if (facts.locationType() == LocationType.LONG_TERM_ARCHIVE) {
            return "an archive's copy is never deleted by policy";
        }
        if (facts.packages().isEmpty()) {
            return "it is in no package, so that nothing tells where else it is";
        }
        if (facts.storage() != StorageType.DISK) {
            return "no rule for " + facts.storage() + " at " + facts.victim().location();
        }
        return "no rule for a " + facts.victim().of() + " at " + facts.victim().location()
                + ", which neither made it nor archives it";
    }

    private static void requireState(VictimFacts facts, DeletionRule rule, boolean begun, List<String> against) {
        CopyState state = facts.state();
        boolean right = begun
                ? state == CopyState.DELETION_SCHEDULED || state == CopyState.DELETION_IN_PROGRESS
                : state == rule.before();
        if (!right) {
            against.add("it is " + state + " and not " + rule.before());
        }
    }

    private static void requireKnown(VictimFacts facts, List<String> against) {
        Victim victim = facts.victim();
        try {
            new RelativePath(victim.path());
        } catch (IllegalArgumentException notBelowARoot) {
            against.add(notBelowARoot.getMessage());
        }
        if (!facts.asRegistered()) {
            against.add("its size or checksum is not that of what it is a copy of");
        }
        if (facts.packages().size() != facts.packageCount()) {
            against.add("it holds " + facts.packageCount() + " packages, but only "
                    + facts.packages().size() + " are known");
        }
        boolean tree = facts.locationType() == LocationType.PROCESSING;
        if (!tree && (victim.modified() == null || victim.fileKey() == null)) {
            against.add("its time and inode were not registered, so that it could not be told from another file");
        }
        if (victim.kind() == FileFacts.Kind.OTHER) {
            against.add("it is neither a file nor a symbolic link");
        }
    }

    private static void requireUnprotected(VictimFacts facts, List<String> against) {
        if (facts.uses() > 0) {
            against.add(facts.uses() + " intend to read it");
        }
        if (facts.holds() > 0) {
            against.add(facts.holds() + " holds lie on it, its package or its observation");
        }
    }

    private static void requireBufferEmptied(VictimFacts facts, List<String> against) {
        for (PackageFacts packed : facts.packages()) {
            if (packed.bufferSites().contains(facts.siteId())) {
                against.add("package " + packed.name() + " still has a copy at a buffer of this site");
            }
        }
    }

    private void requireSent(VictimFacts facts, List<String> against) {
        for (PackageFacts packed : facts.packages()) {
            if (packed.transferStatus() == null) {
                if (!sites.contains(facts.siteId()) || sites.anyOtherThan(facts.siteId())) {
                    against.add("package " + packed.name() + " is in no transfer package yet");
                }
            } else if (packed.transferStatus() != WorkStatus.COMPLETED) {
                against.add("the transfer package of " + packed.name() + ", or its own transfer, is "
                        + packed.transferStatus());
            }
        }
    }

    private static void requireUnpacked(VictimFacts facts, List<String> against) {
        if (facts.transferPackageStatus() != WorkStatus.COMPLETED) {
            against.add("the transfer package is " + facts.transferPackageStatus());
        }
        if (facts.transfers() == 0) {
            against.add("no transfer of it is recorded");
        }
        if (facts.unfinishedTransfers() > 0) {
            against.add(facts.unfinishedTransfers() + " of its " + facts.transfers() + " transfers are not finished");
        }
    }

    private void requireReleased(VictimFacts facts, List<String> against) {
        if (facts.activeJobs() > 0) {
            against.add(facts.activeJobs() + " staging jobs need it");
        }
        Instant since = facts.lastReleasedAt() == null || facts.createdAt().isAfter(facts.lastReleasedAt())
                ? facts.createdAt()
                : facts.lastReleasedAt();
        requireRetention(since, settings.retentionProcessing(), "released", against);
    }

    private void requireRetention(Instant since, Duration retention, String what, List<String> against) {
        if (since == null) {
            against.add("nobody knows when it was " + what);
        } else if (since.plus(retention).isAfter(now)) {
            against.add(what + " at " + since + ", kept until " + since.plus(retention));
        }
    }
}
