package chasqui.pipeline;

/** To whom a failure is charged. Only {@link #ITEM} consumes attempts; the others park the work without limit. */
public enum FailureKind {
    ITEM,
    LOCATION,
    LINK,
    PLATFORM
}
