package chasqui.topology;

/** What a data location is made of. */
public enum StorageType {
    DISK,
    S3,
    TAPE
}
