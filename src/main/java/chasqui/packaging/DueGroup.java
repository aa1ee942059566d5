package chasqui.packaging;

import java.util.Locale;
import java.util.UUID;

/**
 * Files of one observation, module and source of which a package is due.
 *
 * @param bufferId where its packages go
 * @param whole all of its files are due; else only as many as fill whole packages
 */
record DueGroup(
        long unitId,
        long moduleId,
        long sourceId,
        long bufferId,
        int priority,
        String instrument,
        String observation,
        boolean whole) {
    private static final int LONGEST_PART = 40;

    /** A name of our own making, the only one that a tool ever sees: lower case letters, digits, dots and dashes. */
    String packageName(UUID uuid) {
        String hex = uuid.toString().replace("-", "");
        return "rdp-" + slug(instrument, "instrument") + "-" + slug(observation, "observation") + "-"
                + hex.substring(hex.length() - 12);
    }

    private static String slug(String text, String otherwise) {
        String slug = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        slug = slug.substring(0, Math.min(slug.length(), LONGEST_PART)).replaceAll("^-|-$", "");
        return slug.isEmpty() ? otherwise : slug;
    }
}
