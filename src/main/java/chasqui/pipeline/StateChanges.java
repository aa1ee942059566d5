package chasqui.pipeline;

import static chasqui.pipeline.CopyState.*;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Every legal change of state, in one table. What does not stand here throws. */
public final class StateChanges {
    private static final Map<WorkStatus, Set<WorkStatus>> WORK = new EnumMap<>(Map.of(
            WorkStatus.PENDING, EnumSet.of(WorkStatus.SCHEDULED, WorkStatus.IN_PROGRESS, WorkStatus.CANCELLED),
            WorkStatus.SCHEDULED, EnumSet.of(WorkStatus.IN_PROGRESS, WorkStatus.PENDING, WorkStatus.CANCELLED),
            WorkStatus.IN_PROGRESS,
                    EnumSet.of(WorkStatus.COMPLETED, WorkStatus.PENDING, WorkStatus.FAILED, WorkStatus.CANCELLED),
            WorkStatus.FAILED, EnumSet.of(WorkStatus.PENDING, WorkStatus.CANCELLED),
            WorkStatus.COMPLETED, EnumSet.noneOf(WorkStatus.class),
            WorkStatus.CANCELLED, EnumSet.noneOf(WorkStatus.class)));

    private static final Map<PackageState, Set<PackageState>> PACKAGE = new EnumMap<>(Map.of(
            PackageState.WAITING, EnumSet.of(PackageState.TRANSFERRING, PackageState.ARCHIVED, PackageState.FAILED),
            PackageState.TRANSFERRING, EnumSet.of(PackageState.ARCHIVED, PackageState.WAITING, PackageState.FAILED),
            PackageState.FAILED, EnumSet.of(PackageState.WAITING, PackageState.TRANSFERRING),
            PackageState.ARCHIVED, EnumSet.noneOf(PackageState.class)));

    private static final Map<CopyState, Set<CopyState>> COPY = new EnumMap<>(Map.of(
            PRESENT, EnumSet.of(DELETION_POSSIBLE, DELETION_SCHEDULED, SUSPECT, MISSING),
            STAGED, EnumSet.of(DELETION_SCHEDULED, SUSPECT, MISSING),
            DELETION_POSSIBLE, EnumSet.of(DELETION_SCHEDULED, PRESENT, SUSPECT, MISSING),
            DELETION_SCHEDULED, EnumSet.of(DELETION_IN_PROGRESS, DELETION_POSSIBLE, PRESENT, STAGED),
            DELETION_IN_PROGRESS, EnumSet.of(DELETED, DELETION_FAILED),
            DELETION_FAILED, EnumSet.of(DELETION_SCHEDULED),
            SUSPECT, EnumSet.of(PRESENT, CORRUPT, MISSING),
            CORRUPT, EnumSet.of(PRESENT, DELETED),
            MISSING, EnumSet.of(PRESENT, DELETED),
            DELETED, EnumSet.noneOf(CopyState.class)));

    private StateChanges() {}

    /** Throws {@link IllegalStateChange} unless {@code from → to} stands in the table. */
    public static void require(WorkStatus from, WorkStatus to) {
        require(WORK.get(from).contains(to), "status", from, to);
    }

    /** Throws {@link IllegalStateChange} unless {@code from → to} stands in the table. */
    public static void require(PackageState from, PackageState to) {
        require(PACKAGE.get(from).contains(to), "raw data package", from, to);
    }

    /** Throws {@link IllegalStateChange} unless {@code from → to} stands in the table. */
    public static void require(CopyState from, CopyState to) {
        require(COPY.get(from).contains(to), "physical copy", from, to);
    }

    private static void require(boolean legal, String entity, Enum<?> from, Enum<?> to) {
        if (!legal) {
            throw new IllegalStateChange(entity, from, to);
        }
    }
}
