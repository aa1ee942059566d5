package chasqui.pipeline;

/** The operation is no longer ours: it stalled, was put back, cancelled or finished by another. Change nothing more. */
public final class LeaseLost extends ChasquiException {
    LeaseLost(Operation operation, String why) {
        super(
                FailureKind.PLATFORM,
                true,
                operation + ": the lease is gone (" + why + "); another attempt goes on with it");
    }
}
