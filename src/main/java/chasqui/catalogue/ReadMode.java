package chasqui.catalogue;

/** How a verification read the bytes: past the page cache, through it, or answered by the machine that holds them. */
public enum ReadMode {
    DIRECT,
    CACHED,
    REMOTE
}
