package chasqui.storage;

/**
 * Told how far work on bytes has come. Called on the thread that asked for the work.
 *
 * <p>An implementation may throw an unchecked exception to stop the work: it then removes its temporary file and
 * lets that exception through.
 */
@FunctionalInterface
public interface Progress {
    Progress NONE = bytes -> {};

    /** @param bytes how many more bytes are done since the last call, 0 or more */
    void advance(long bytes);
}
