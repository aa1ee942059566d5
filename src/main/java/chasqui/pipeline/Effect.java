package chasqui.pipeline;

import org.jdbi.v3.core.Handle;

/** A stage's part of a transaction that the kernel runs. Throwing rolls everything back. */
@FunctionalInterface
public interface Effect {
    Effect NONE = tx -> {};

    void apply(Handle tx);
}
