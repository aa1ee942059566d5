package chasqui.runtime.routes;

import chasqui.settings.Spelling;
import java.util.Collection;

/** A guess at what was meant, as a remark inside of a sentence. */
final class Near {
    private Near() {}

    static String to(String wrong, Collection<String> known) {
        String guess = Spelling.suggestion(wrong, known);
        return guess.isEmpty() ? "" : " (" + guess.substring(2) + ")";
    }
}
