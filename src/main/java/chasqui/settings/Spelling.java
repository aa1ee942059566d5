package chasqui.settings;

import java.util.Collection;
import java.util.Comparator;

/** Finds what was probably meant. */
public final class Spelling {
    private static final int FARTHEST = 4;

    private Spelling() {}

    /** {@code "; did you mean priority?"}, or "" when nothing known is near. */
    public static String suggestion(String wrong, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(key -> distance(wrong, key)))
                .filter(nearest -> distance(wrong, nearest) <= FARTHEST)
                .map(nearest -> "; did you mean " + nearest + "?")
                .orElse("");
    }

    /** Edit distance after Levenshtein. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int same = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(same, 1 + Math.min(above, row[j - 1]));
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
