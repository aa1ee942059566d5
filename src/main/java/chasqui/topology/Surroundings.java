package chasqui.topology;

import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a topology file is checked against besides itself.
 *
 * @param placeholders values of {@code ${name}} in roots, such as {@code home}
 * @param transferMethods names a transfer route may give as its method
 * @param knowsCredential whether a credential of this name can be looked up
 */
public record Surroundings(
        Map<String, String> placeholders, Set<String> transferMethods, Predicate<String> knowsCredential) {}
