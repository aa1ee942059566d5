package chasqui.pipeline;

/** A change of state that does not stand in {@link StateChanges}: a defect, never an event of the outside world. */
public final class IllegalStateChange extends ChasquiException {
    IllegalStateChange(String entity, Enum<?> from, Enum<?> to) {
        super(FailureKind.ITEM, false, entity + ": " + from + " cannot become " + to);
    }
}
