package chasqui.topology;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Which storage this version can work with for which purpose, and that credentials can be looked up. */
record LocationRules(TopologyFile topology, Predicate<String> knowsCredential) {
    private static final Map<LocationType, Set<StorageType>> WORKABLE = Map.of(
            LocationType.SOURCE, EnumSet.of(StorageType.DISK),
            LocationType.BUFFER, EnumSet.of(StorageType.DISK),
            LocationType.LONG_TERM_ARCHIVE, EnumSet.of(StorageType.DISK, StorageType.S3, StorageType.TAPE),
            LocationType.PROCESSING, EnumSet.of(StorageType.DISK));

    void check(List<String> problems) {
        for (LocationEntry location : topology.locations()) {
            storage(location, problems);
            credential(location, problems);
        }
    }

    private static void storage(LocationEntry location, List<String> problems) {
        if (location.type() == null || location.storage() == null) {
            return;
        }
        if (!WORKABLE.get(location.type()).contains(location.storage())) {
            problems.add(location.label() + ": a " + location.type() + " on " + location.storage()
                    + " is not possible; use DISK");
        }
    }

    private void credential(LocationEntry location, List<String> problems) {
        String credential = location.bucket() == null ? "" : location.bucket().credential();
        if (!credential.isEmpty() && !knowsCredential.test(credential)) {
            problems.add(location.label() + ": there is no credential \"" + credential
                    + "\"; add it to the credentials of this service, or name another");
        }
    }
}
