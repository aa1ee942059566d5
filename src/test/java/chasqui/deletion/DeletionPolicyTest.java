package chasqui.deletion;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.catalogue.CopyOf;
import chasqui.catalogue.ReadMode;
import chasqui.pipeline.CopyState;
import chasqui.pipeline.PackageState;
import chasqui.pipeline.WorkStatus;
import chasqui.storage.FileFacts;
import chasqui.topology.LocationType;
import chasqui.topology.StorageType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A copy may go exactly when nothing is wrong with it. Facts are built from a list of what is wrong: none, each thing
 * alone, each pair, and thousands of random mixtures.
 */
class DeletionPolicyTest {
    private static final Instant NOW = Instant.parse("2026-01-31T00:00:00Z");
    private static final String XXH64 = "xxh64:0123456789abcdef";
    private static final String SHA256 = "sha256:" + "0123456789abcdef".repeat(4);
    private static final String OTHER_SHA256 = "sha256:" + "f123456789abcdef".repeat(4);
    private static final long CCAT = 1;
    private static final long COLOGNE = 2;
    private static final long US = 3;
    private static final Set<Long> THREE_SITES = Set.of(CCAT, COLOGNE, US);
    private static final DeletionSettings SETTINGS = new DeletionSettings(
            true, 2, Duration.ofDays(30), Duration.ofDays(7), Duration.ofDays(1), 500, Duration.ofSeconds(30), true);

    /** What can be wrong, and which rules care. */
    private enum Wrong {
        STATE,
        USED,
        HELD,
        NOT_AS_REGISTERED,
        PATH_ESCAPES,
        NO_INODE(
                DeletionRule.SOURCE_FILE,
                DeletionRule.SOURCE_SITE_PACKAGE,
                DeletionRule.ARCHIVE_SITE_PACKAGE,
                DeletionRule.TRANSFER_PACKAGE),
        NO_TIME(
                DeletionRule.SOURCE_FILE,
                DeletionRule.SOURCE_SITE_PACKAGE,
                DeletionRule.ARCHIVE_SITE_PACKAGE,
                DeletionRule.TRANSFER_PACKAGE),
        SPECIAL_FILE,
        A_PACKAGE_UNKNOWN,
        NO_PACKAGE_KNOWN,
        AT_AN_ARCHIVE,
        NOT_ON_DISK,
        NOT_ARCHIVED,
        NO_TIME_OF_ARCHIVING,
        COPY_GONE,
        COPY_SUSPECT,
        COPY_ON_ITS_WAY_OUT,
        COPY_WITH_OTHER_CHECKSUM,
        ARCHIVE_SWITCHED_OFF,
        NEVER_VERIFIED,
        LAST_VERIFICATION_BAD,
        VERIFIED_AGAINST_OTHER_BYTES,
        VERIFIED_TOO_LONG_AGO,
        VERIFIED_IN_THE_FUTURE,
        ONLY_CACHED,
        READ_NOBODY_KNOWS_HOW,
        PACKAGE_STILL_BUFFERED(DeletionRule.SOURCE_FILE),
        RETENTION(DeletionRule.SOURCE_FILE),
        NOT_SENT(DeletionRule.SOURCE_SITE_PACKAGE),
        TRANSFER_PACKAGE_FAILED(DeletionRule.SOURCE_SITE_PACKAGE, DeletionRule.TRANSFER_PACKAGE),
        TRANSFER_UNFINISHED(DeletionRule.TRANSFER_PACKAGE),
        NO_TRANSFER(DeletionRule.TRANSFER_PACKAGE),
        JOB_ACTIVE(DeletionRule.STAGED_PACKAGE),
        JUST_RELEASED(DeletionRule.STAGED_PACKAGE),
        JUST_STAGED(DeletionRule.STAGED_PACKAGE);

        private final Set<DeletionRule> matters;

        Wrong() {
            matters = EnumSet.allOf(DeletionRule.class);
        }

        Wrong(DeletionRule first, DeletionRule... others) {
            matters = EnumSet.of(first, others);
        }
    }

    @ParameterizedTest
    @EnumSource(DeletionRule.class)
    void a_copy_with_nothing_wrong_may_go_and_its_proof_names_the_evidence(DeletionRule rule) {
        Decision decision = decide(rule, Set.of(), false);
        assertThat(decision.reasons()).isEmpty();
        assertThat(decision.proof().rule()).isEqualTo(rule);
        assertThat(decision.proof().archivedIn()).isEqualTo(2);
        assertThat(decision.proof().evidence()).extracting(Evidence::location).contains("cologne/lta", "us/lta");
        assertThat(DeletionProof.parse(decision.proof().json())).isEqualTo(decision.proof());
    }

    @ParameterizedTest
    @EnumSource(DeletionRule.class)
    void each_thing_wrong_and_each_pair_of_them_keeps_a_copy_with_a_reason(DeletionRule rule) {
        for (Wrong one : Wrong.values()) {
            for (Wrong other : Wrong.values()) {
                for (boolean begun : new boolean[] {false, true}) {
                    check(rule, EnumSet.of(one, other), begun);
                }
            }
        }
    }

    @Test
    void no_mixture_of_wrong_things_ever_makes_a_proof() {
        Random random = new Random(20260131);
        int proofs = 0;
        for (int i = 0; i < 40_000; i++) {
            Set<Wrong> wrong = EnumSet.noneOf(Wrong.class);
            double share = random.nextDouble() * 0.1;
            for (Wrong one : Wrong.values()) {
                if (random.nextDouble() < share) {
                    wrong.add(one);
                }
            }
            DeletionRule rule = DeletionRule.values()[random.nextInt(DeletionRule.values().length)];
            proofs += check(rule, wrong, random.nextBoolean()) ? 1 : 0;
        }
        assertThat(proofs).as("both answers occur").isBetween(1_000, 39_000);
    }

    private static boolean check(DeletionRule rule, Set<Wrong> wrong, boolean begun) {
        Decision decision = decide(rule, wrong, begun);
        boolean nothingWrong = wrong.stream().noneMatch(one -> one.matters.contains(rule));
        assertThat(decision.mayGo())
                .as("%s with %s: %s", rule, wrong, decision.reasons())
                .isEqualTo(nothingWrong);
        assertThat(decision.reasons().isEmpty()).isEqualTo(nothingWrong);
        return nothingWrong;
    }

    @Test
    void one_archive_more_than_the_policy_asks_for_makes_up_for_a_bad_one() {
        PackageFacts packed = packed(Set.of(), 1);
        List<ArchiveCopy> three = new ArrayList<>(packed.archiveCopies());
        three.add(archiveCopy(99, 12, "us/second", US, Set.of(Wrong.COPY_SUSPECT)));
        VictimFacts facts = facts(DeletionRule.SOURCE_FILE, Set.of(), false, List.of(withCopies(packed, three)));
        assertThat(policy().decide(facts, false).mayGo()).isTrue();
    }

    @Test
    void two_copies_in_one_archive_count_once() {
        PackageFacts packed = packed(Set.of(), 1);
        ArchiveCopy only = packed.archiveCopies().get(0);
        VictimFacts facts =
                facts(DeletionRule.SOURCE_FILE, Set.of(), false, List.of(withCopies(packed, List.of(only, only))));
        assertThat(policy().decide(facts, false).reasons()).anyMatch(reason -> reason.contains("proven in 1 archives"));
    }

    @Test
    void a_cached_reading_counts_where_the_archive_cannot_do_better() {
        PackageFacts packed = packed(Set.of(), 1);
        List<ArchiveCopy> cached = packed.archiveCopies().stream()
                .map(copy -> new ArchiveCopy(
                        copy.copyId(),
                        copy.locationId(),
                        copy.siteId(),
                        copy.location(),
                        true,
                        true,
                        copy.state(),
                        copy.checksum(),
                        copy.verificationId(),
                        copy.verifiedAt(),
                        ReadMode.CACHED,
                        true,
                        SHA256))
                .toList();
        VictimFacts facts = facts(DeletionRule.SOURCE_FILE, Set.of(), false, List.of(withCopies(packed, cached)));
        assertThat(policy().decide(facts, false).mayGo()).isTrue();
    }

    @Test
    void a_package_made_at_the_only_archive_site_need_not_be_sent() {
        Set<Wrong> notSent = Set.of(Wrong.NOT_SENT);
        VictimFacts here = facts(DeletionRule.SOURCE_SITE_PACKAGE, notSent, false, List.of(packed(notSent, 1)));
        assertThat(policy(Map.of(CCAT, Set.of(new ArchiveSites.Archive(10, "cologne/lta"))))
                        .decide(here, false)
                        .mayGo())
                .isTrue();
        assertThat(policy(Map.of(
                                CCAT, Set.of(new ArchiveSites.Archive(10, "cologne/lta")),
                                US, Set.of(new ArchiveSites.Archive(11, "us/lta"))))
                        .decide(here, false)
                        .reasons())
                .anyMatch(reason -> reason.contains("is in no transfer package yet"));
    }

    @Test
    void there_is_no_rule_where_a_package_was_neither_made_nor_is_archived() {
        VictimFacts facts = facts(DeletionRule.ARCHIVE_SITE_PACKAGE, Set.of(), false, List.of(packed(Set.of(), 1)));
        assertThat(policy(Map.of()).decide(facts, false).reasons())
                .singleElement()
                .asString()
                .contains("neither made it nor archives it");
    }

    private static Decision decide(DeletionRule rule, Set<Wrong> wrong, boolean begun) {
        List<PackageFacts> packages = new ArrayList<>();
        int known = wrong.contains(Wrong.NO_PACKAGE_KNOWN) ? 0 : wrong.contains(Wrong.A_PACKAGE_UNKNOWN) ? 1 : 2;
        for (int i = 0; i < known; i++) {
            // What is wrong with archived copies is wrong with one of two packages only.
            packages.add(packed(i == 0 ? wrong : Set.of(), i + 1));
        }
        return policy().decide(facts(rule, wrong, begun, packages), begun);
    }

    private static DeletionPolicy policy() {
        return policy(Map.of(
                COLOGNE, Set.of(new ArchiveSites.Archive(10, "cologne/lta")),
                US, Set.of(new ArchiveSites.Archive(11, "us/lta"))));
    }

    private static DeletionPolicy policy(Map<Long, Set<ArchiveSites.Archive>> archives) {
        return new DeletionPolicy(SETTINGS, new ArchiveSites(archives), NOW);
    }

    private static VictimFacts facts(DeletionRule rule, Set<Wrong> wrong, boolean begun, List<PackageFacts> packages) {
        CopyOf of =
                switch (rule) {
                    case SOURCE_FILE -> CopyOf.RAW_DATA_FILE;
                    case TRANSFER_PACKAGE -> CopyOf.DATA_TRANSFER_PACKAGE;
                    default -> CopyOf.RAW_DATA_PACKAGE;
                };
        LocationType type =
                switch (rule) {
                    case SOURCE_FILE -> LocationType.SOURCE;
                    case STAGED_PACKAGE -> LocationType.PROCESSING;
                    default -> LocationType.BUFFER;
                };
        boolean tree = rule == DeletionRule.STAGED_PACKAGE;
        CopyState right = begun ? CopyState.DELETION_SCHEDULED : rule.before();
        Victim victim = new Victim(
                7,
                of,
                70,
                700,
                "a/b",
                wrong.contains(Wrong.PATH_ESCAPES) ? "../x" : "x",
                5,
                XXH64,
                tree || wrong.contains(Wrong.NO_TIME) ? null : NOW,
                tree || wrong.contains(Wrong.NO_INODE) ? null : "1:2",
                wrong.contains(Wrong.SPECIAL_FILE) ? FileFacts.Kind.OTHER : FileFacts.Kind.FILE);
        return new VictimFacts(
                victim,
                wrong.contains(Wrong.STATE) ? CopyState.SUSPECT : right,
                NOW.minus(wrong.contains(Wrong.JUST_STAGED) ? Duration.ofHours(1) : Duration.ofDays(9)),
                wrong.contains(Wrong.AT_AN_ARCHIVE) ? LocationType.LONG_TERM_ARCHIVE : type,
                wrong.contains(Wrong.NOT_ON_DISK) ? StorageType.S3 : StorageType.DISK,
                rule == DeletionRule.ARCHIVE_SITE_PACKAGE || tree ? COLOGNE : CCAT,
                !wrong.contains(Wrong.NOT_AS_REGISTERED),
                wrong.contains(Wrong.A_PACKAGE_UNKNOWN) || wrong.contains(Wrong.NO_PACKAGE_KNOWN) ? 2 : packages.size(),
                packages,
                wrong.contains(Wrong.USED) ? 1 : 0,
                wrong.contains(Wrong.HELD) ? 1 : 0,
                of != CopyOf.DATA_TRANSFER_PACKAGE
                        ? null
                        : wrong.contains(Wrong.TRANSFER_PACKAGE_FAILED) ? WorkStatus.FAILED : WorkStatus.COMPLETED,
                wrong.contains(Wrong.NO_TRANSFER) ? 0 : 2,
                wrong.contains(Wrong.TRANSFER_UNFINISHED) ? 1 : 0,
                wrong.contains(Wrong.JOB_ACTIVE) ? 1 : 0,
                NOW.minus(wrong.contains(Wrong.JUST_RELEASED) ? Duration.ofHours(1) : Duration.ofDays(2)));
    }

    private static PackageFacts packed(Set<Wrong> wrong, long id) {
        List<ArchiveCopy> copies = new ArrayList<>();
        if (!wrong.contains(Wrong.COPY_GONE)) {
            copies.add(archiveCopy(id * 10, 10, "cologne/lta", COLOGNE, wrong));
        }
        copies.add(archiveCopy(id * 10 + 1, 11, "us/lta", US, Set.of()));
        Set<Long> buffers = new HashSet<>(THREE_SITES);
        if (!wrong.contains(Wrong.PACKAGE_STILL_BUFFERED)) {
            buffers.remove(CCAT);
        }
        return new PackageFacts(
                id,
                "rdp-" + id,
                wrong.contains(Wrong.NOT_ARCHIVED) ? PackageState.TRANSFERRING : PackageState.ARCHIVED,
                wrong.contains(Wrong.NO_TIME_OF_ARCHIVING)
                        ? null
                        : NOW.minus(wrong.contains(Wrong.RETENTION) ? Duration.ofDays(6) : Duration.ofDays(8)),
                XXH64,
                SHA256,
                CCAT,
                wrong.contains(Wrong.NOT_SENT)
                        ? null
                        : wrong.contains(Wrong.TRANSFER_PACKAGE_FAILED) ? WorkStatus.FAILED : WorkStatus.COMPLETED,
                buffers,
                copies);
    }

    private static PackageFacts withCopies(PackageFacts packed, List<ArchiveCopy> copies) {
        return new PackageFacts(
                packed.id(),
                packed.name(),
                packed.state(),
                packed.archivedAt(),
                packed.xxh64(),
                packed.sha256(),
                packed.sourceSite(),
                packed.transferStatus(),
                packed.bufferSites(),
                copies);
    }

    private static ArchiveCopy archiveCopy(long id, long location, String name, long site, Set<Wrong> wrong) {
        boolean never = wrong.contains(Wrong.NEVER_VERIFIED);
        Instant verified = NOW.minus(Duration.ofDays(1));
        if (wrong.contains(Wrong.VERIFIED_TOO_LONG_AGO)) {
            verified = NOW.minus(Duration.ofDays(30)).minusMillis(1);
        } else if (wrong.contains(Wrong.VERIFIED_IN_THE_FUTURE)) {
            verified = NOW.plusMillis(1);
        }
        ReadMode mode = id % 2 == 0 ? ReadMode.DIRECT : ReadMode.REMOTE;
        if (wrong.contains(Wrong.ONLY_CACHED)) {
            mode = ReadMode.CACHED;
        } else if (wrong.contains(Wrong.READ_NOBODY_KNOWS_HOW)) {
            mode = null;
        }
        CopyState state = CopyState.PRESENT;
        if (wrong.contains(Wrong.COPY_SUSPECT)) {
            state = CopyState.SUSPECT;
        } else if (wrong.contains(Wrong.COPY_ON_ITS_WAY_OUT)) {
            state = CopyState.DELETION_SCHEDULED;
        }
        return new ArchiveCopy(
                id,
                location,
                site,
                name,
                !wrong.contains(Wrong.ARCHIVE_SWITCHED_OFF),
                false,
                state,
                wrong.contains(Wrong.COPY_WITH_OTHER_CHECKSUM) ? OTHER_SHA256 : SHA256,
                never ? null : id + 1000,
                never ? null : verified,
                never ? null : mode,
                !never && !wrong.contains(Wrong.LAST_VERIFICATION_BAD),
                wrong.contains(Wrong.VERIFIED_AGAINST_OTHER_BYTES) ? OTHER_SHA256 : SHA256);
    }
}
