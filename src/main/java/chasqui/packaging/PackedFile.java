package chasqui.packaging;

import chasqui.storage.PackageEntry;

/**
 * A file of a package.
 *
 * @param fileKey {@code device:inode} at filing
 */
record PackedFile(long id, PackageEntry entry, String fileKey) {
    String device() {
        return deviceOf(fileKey);
    }

    static String deviceOf(String fileKey) {
        return fileKey.substring(0, fileKey.indexOf(':'));
    }
}
