package chasqui.topology;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * What a topology file is checked against besides itself.
 *
 * @param placeholders values of {@code ${name}} in roots, such as {@code home}
 * @param transferMethods names a transfer route may give as its method
 * @param methodOptions what is wrong with the options that a transfer route gives to a method; empty: nothing. The method
 *     is null where the route names none
 * @param knowsCredential whether a credential of this name can be looked up
 */
public record Surroundings(
        Map<String, String> placeholders,
        Set<String> transferMethods,
        BiFunction<String, Map<String, String>, List<String>> methodOptions,
        Predicate<String> knowsCredential) {
    /** As if no method took any option. */
    public Surroundings(
            Map<String, String> placeholders, Set<String> transferMethods, Predicate<String> knowsCredential) {
        this(placeholders, transferMethods, Surroundings::noOptions, knowsCredential);
    }

    /** What a method without options says of those it is given. */
    public static List<String> noOptions(String method, Map<String, String> options) {
        return options.isEmpty()
                ? List.of()
                : List.of((method == null ? "the default method" : method) + " takes no options; remove them");
    }
}
