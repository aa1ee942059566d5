package chasqui.pipeline;

import java.util.Optional;

/** A worker that can tell whether the bytes of a result that was never recorded are still what it says. */
public interface Adopter {
    OperationType type();

    /**
     * Reads the bytes again.
     *
     * @param lease of the operation, claimed anew for this
     * @return the result as it is to be recorded now; empty: they are gone or others, and the work is to be done again
     */
    Optional<Result> lookAgain(Lease lease, Result result) throws Exception;
}
