package chasqui.runtime.routes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Camel mostly does not tell the line of what it cannot build, but repeats what stands there. */
final class Whereabouts {
    private static final int SHORTEST = 3;

    private record Named(String key, Piece piece) {
        /** Without what makes a reference of it. */
        String text() {
            return piece.scalar().startsWith("#") ? piece.scalar().substring(1) : piece.scalar();
        }
    }

    private final Entry entry;
    private final List<Named> scalars = new ArrayList<>();

    Whereabouts(Entry entry) {
        this.entry = entry;
        entry.body().walk((key, piece) -> {
            if (piece.isScalar() && !key.equals("id")) {
                scalars.add(new Named(key, piece));
            }
        });
    }

    /**
     * @param cause Camel's innermost message
     * @param step how it shows the step; "" when it does not
     */
    int line(String cause, String step) {
        String said = cause.replace("://", ":");
        return longest(scalar -> !scalar.key().isEmpty() && said.contains("{" + scalar.key() + "="))
                .or(() -> longest(scalar -> scalar.text().length() >= SHORTEST && said.contains(scalar.text())))
                .or(() -> byWord(said))
                .or(() -> longest(scalar -> scalar.text().length() >= SHORTEST && step.contains(scalar.text())))
                .map(scalar -> scalar.piece().line())
                .orElse(entry.line());
    }

    private Optional<Named> longest(Predicate<Named> fits) {
        return scalars.stream().filter(fits).max(Comparator.comparing(scalar -> scalar.text()
                .length()));
    }

    /** The word that is in the fewest places is the one that is meant. */
    private Optional<Named> byWord(String said) {
        return Arrays.stream(said.split("[^\\w.-]+"))
                .filter(word -> word.length() >= SHORTEST)
                .map(word -> scalars.stream()
                        .filter(scalar -> scalar.text().contains(word))
                        .toList())
                .filter(places -> !places.isEmpty())
                .min(Comparator.comparing(List::size))
                .map(places -> places.get(0));
    }
}
