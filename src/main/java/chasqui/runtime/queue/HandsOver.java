package chasqui.runtime.queue;

/** A consumer whose queue another route can take over while it ends what it was given. */
public interface HandsOver {
    /** The next consumer of its queue that starts takes the queue over. */
    void offer();

    /** Nobody took it over: all is as it was before the offer. */
    void keep();

    /** What it was given and has not ended; nothing comes to it once the queue was taken over. */
    boolean hasWorkInHand();
}
