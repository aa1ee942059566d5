package chasqui.filing;

import chasqui.storage.RelativePath;

/**
 * Which rejections somebody has dealt with.
 *
 * @param location {@code site/name}
 * @param instrument as it was named when filed, right or wrong
 * @param observation null: all of them
 * @param path as it is shown, or percent-encoded; null: all of them
 */
public record Dismissal(String location, String instrument, String observation, String path) {
    /** The path as the list keeps it; null: all of them, or none that a file can have. */
    String encodedPath() {
        if (path == null || path.equals(Rejections.COMPLETE)) {
            return path == null ? null : "";
        }
        try {
            return RelativePath.ofText(path).encoded();
        } catch (IllegalArgumentException none) {
            return null;
        }
    }

    @Override
    public String toString() {
        return "rejections of " + location + " for " + instrument
                + (observation == null ? "" : ", observation " + observation) + (path == null ? "" : ", " + path);
    }
}
