package chasqui.endtoend;

import java.util.stream.Stream;

/**
 * Where bytes come to lie.
 *
 * @param queue of the work that reads them back, in {@code phase}
 * @param skip how often it enters that phase before
 * @param died the first attempt died after it had given the final name: the next one finds the bytes there
 * @param packages 2: the transfer package is a tar of its own; 1: it is a second name
 * @param root of the location
 * @param file below it; the largest of them
 * @param journey how packages get there
 */
record Destination(
        String name,
        String queue,
        String phase,
        int skip,
        boolean died,
        int packages,
        String root,
        String file,
        Told told,
        Journey journey) {
    static final String OBJECTS = "objects";

    /** How packages get from ccat to cologne, and from there to us. */
    enum Journey {
        OVER_BUFFERS,
        RELAYED_BY_US,
        STRAIGHT_TO_COLOGNE,
        BY_PACKAGES_TO_US;

        /** @return what is to happen after every attempt */
        Runnable arrange(SmallObservatory observatory) {
            switch (this) {
                case RELAYED_BY_US -> observatory.relayByUs();
                case STRAIGHT_TO_COLOGNE -> observatory.sendStraightToCologne();
                case BY_PACKAGES_TO_US -> {
                    return observatory::loseTransferPackagesAtCologne;
                }
                case OVER_BUFFERS -> {
                    // As it is.
                }
            }
            return () -> {};
        }

        int hops() {
            return this == RELAYED_BY_US ? 2 : 1;
        }
    }

    /** What shall tell of it in the database. */
    enum Told {
        BY_THE_ATTEMPT(
                "SELECT count(*) FROM operation_attempt WHERE outcome = 'RETRY' AND message LIKE '%expected%found%'"),
        AS_OTHER_BYTES("SELECT count(*) FROM notification WHERE cause LIKE 'other-bytes:%'"),
        AS_DAMAGED_ON_ARRIVAL("SELECT count(*) FROM notification WHERE cause LIKE 'damaged-on-arrival:%'");

        final String sql;

        Told(String sql) {
            this.sql = sql;
        }
    }

    static Destination of(String name, String queue, String phase, int skip, String root, String file, Told told) {
        return new Destination(name, queue, phase, skip, false, 1, root, file, told, Journey.OVER_BUFFERS);
    }

    Destination thatDied() {
        return new Destination(name, queue, phase, skip, true, packages, root, file, told, journey);
    }

    Destination withTwoPackages() {
        return new Destination(name, queue, phase, skip, died, 2, root, file, told, journey);
    }

    private Destination by(Journey other) {
        return new Destination(name, queue, phase, skip, died, packages, root, file, told, other);
    }

    @Override
    public String toString() {
        return name;
    }

    /** Every place where bytes come to lie between the source and the user. */
    static Stream<Destination> all() {
        String disk = "us_lta_long_term_archive_transfer";
        String objects = "cologne_objects_long_term_archive_transfer";
        return Stream.of(
                        packing(),
                        assembly(),
                        unpacking(),
                        relay().map(each -> each.by(Journey.RELAYED_BY_US)),
                        direct("an archive", "cologne_lta", "cologne/lta", ".chasqui/incoming/*")
                                .map(each -> each.by(Journey.STRAIGHT_TO_COLOGNE)),
                        direct("a bucket", "cologne_objects", OBJECTS, "camera/**.tar")
                                .map(each -> each.by(Journey.STRAIGHT_TO_COLOGNE)),
                        direct("an archive by itself", "us_lta", "us/lta", ".chasqui/incoming/*")
                                .map(each -> each.withTwoPackages().by(Journey.BY_PACKAGES_TO_US)),
                        archive("file", disk, "us/lta", ".chasqui/tmp/*", ".chasqui/tmp/*"),
                        archive("object", objects, OBJECTS, "camera/**.tar", "camera/**.json"),
                        staging())
                .flatMap(each -> each);
    }

    private static Stream<Destination> packing() {
        String queue = "ccat_telescope_computer_raw_data_package_creation";
        String buffer = "ccat/buffer";
        return Stream.of(
                Destination.of("package", queue, "reading back", 0, buffer, ".chasqui/tmp/*", Told.BY_THE_ATTEMPT),
                Destination.of("package in place", queue, "naming", 1, buffer, "rdp/*", Told.AS_OTHER_BYTES)
                        .thatDied());
    }

    private static Stream<Destination> assembly() {
        String queue = "ccat_buffer_data_transfer_package_creation";
        String buffer = "ccat/buffer";
        return Stream.of(
                Destination.of(
                                "transfer package",
                                queue,
                                "reading back",
                                0,
                                buffer,
                                ".chasqui/tmp/*",
                                Told.BY_THE_ATTEMPT)
                        .withTwoPackages(),
                Destination.of("transfer package in place", queue, "naming", 1, buffer, "dtp/*", Told.AS_OTHER_BYTES)
                        .withTwoPackages()
                        .thatDied());
    }

    private static Stream<Destination> unpacking() {
        String queue = "cologne_buffer_data_transfer_unpacking";
        String buffer = "cologne/buffer";
        Told sent = Told.AS_DAMAGED_ON_ARRIVAL;
        return Stream.of(
                Destination.of("arrived package", queue, "verifying", 0, buffer, ".chasqui/incoming/*", sent),
                Destination.of("arrived bundle", queue, "reading back", 0, buffer, ".chasqui/incoming/*", sent)
                        .withTwoPackages(),
                Destination.of(
                                "unpacked package",
                                queue,
                                "verifying",
                                0,
                                buffer,
                                ".chasqui/tmp/*/*.tar",
                                Told.BY_THE_ATTEMPT)
                        .withTwoPackages(),
                Destination.of("arrived package in place", queue, "verifying", 1, buffer, "rdp/*", sent)
                        .thatDied(),
                Destination.of("unpacked package in place", queue, "verifying", 1, buffer, "rdp/*", sent)
                        .withTwoPackages()
                        .thatDied(),
                Destination.of("kept transfer package in place", queue, "verifying", 1, buffer, "dtp/*", sent)
                        .withTwoPackages()
                        .thatDied());
    }

    private static Stream<Destination> relay() {
        String queue = "us_buffer_data_transfer_unpacking";
        Told sent = Told.AS_DAMAGED_ON_ARRIVAL;
        String buffer = "us/buffer";
        return Stream.of(
                Destination.of("relayed package", queue, "reading back", 0, buffer, ".chasqui/incoming/*", sent),
                Destination.of("relayed package in place", queue, "reading back", 1, buffer, "dtp/*", sent)
                        .thatDied());
    }

    private static Stream<Destination> direct(String where, String location, String root, String arrived) {
        String queue = location + "_long_term_archive_transfer";
        String package0 = "package sent to " + where;
        Told sent = Told.AS_DAMAGED_ON_ARRIVAL;
        return Stream.of(
                Destination.of(package0, queue, "verifying", 0, root, arrived, sent),
                Destination.of(package0 + " in place", queue, "verifying", 1, root, "camera/**.tar", sent)
                        .thatDied());
    }

    /** Each archive is read back twice in one operation: the package, then its sidecar. */
    private static Stream<Destination> archive(
            String kind, String queue, String root, String package0, String sidecar) {
        String phase = "reading back";
        return Stream.of(
                Destination.of("archived " + kind, queue, phase, 0, root, package0, Told.BY_THE_ATTEMPT),
                Destination.of("sidecar " + kind, queue, phase, 1, root, sidecar, Told.BY_THE_ATTEMPT),
                Destination.of(
                                "archived " + kind + " in place",
                                queue,
                                phase,
                                2,
                                root,
                                "camera/**.tar",
                                Told.AS_OTHER_BYTES)
                        .thatDied(),
                Destination.of(
                                "sidecar " + kind + " in place",
                                queue,
                                phase,
                                2,
                                root,
                                "camera/**.json",
                                Told.AS_OTHER_BYTES)
                        .thatDied());
    }

    private static Stream<Destination> staging() {
        String queue = "cologne_processing_staging";
        String root = "cologne/processing";
        return Stream.of(
                Destination.of("staged tree", queue, "reading back", 0, root, ".chasqui/tmp/**", Told.BY_THE_ATTEMPT),
                Destination.of("staged tree in place", queue, "comparing", 0, root, "rdp-*/**", Told.AS_OTHER_BYTES)
                        .thatDied());
    }
}
