package chasqui.pipeline;

import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * What a stage adds, in the same transaction, when an operation of its type changes hands. Writes only the stage's own
 * tables and, through {@code catalogue}, packages and copies.
 */
public interface StageEffects {
    OperationType type();

    /**
     * Whether several operations may be claimed in one transaction: not where {@link #onClaim} takes long, or locks what
     * other operations lock as well.
     */
    default boolean claimsTogether() {
        return true;
    }

    /** The operation was claimed. Throwing here fails the operation as an item failure. */
    default void onClaim(Handle tx, Operation operation) {}

    /** The operation goes back to PENDING: retried, parked, given back, or its worker stalled. */
    default void onPutBack(Handle tx, Operation operation) {}

    /** It goes back to PENDING because it failed and will be tried again. */
    default void onPutBack(Handle tx, Operation operation, Failure failure) {
        onPutBack(tx, operation);
    }

    /**
     * The operation goes back to PENDING because it cannot go on yet.
     *
     * @param waited how long it has been waiting, zero the first time
     */
    default void onWait(Handle tx, Operation operation, String reason, Duration waited) {
        onPutBack(tx, operation);
    }

    /** Whether the stage tells people by itself of what parks its work because of such failures. */
    default boolean tellsOf(Failure failure) {
        return false;
    }

    /**
     * What this stage's work can end with that outlives a process without the database. Work of a stage without any is done
     * again when its end could not be recorded.
     */
    default List<ResultKind<?>> results() {
        return List.of();
    }

    /** The kind of a result of this stage. */
    default ResultKind<?> kindOf(Result result) {
        return results().stream()
                .filter(kind -> kind.type().isInstance(result))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        type() + " has no results of " + result.getClass().getSimpleName()));
    }

    /** The operation failed for good. */
    default void onFailure(Handle tx, Operation operation, Failure failure) {}
}
