package chasqui.archive;

/** A library without a checksum command: what is on tape is recalled to be read. */
class TapeArchiveWithoutChecksumIT extends TapeArchiveIT {
    @Override
    boolean withChecksum() {
        return false;
    }
}
