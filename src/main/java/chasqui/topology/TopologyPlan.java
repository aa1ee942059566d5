package chasqui.topology;

import java.util.List;

/**
 * What applying a topology file would do; nothing was changed.
 *
 * @param changes in the order in which they would be made; empty: the database has it all, or the file cannot be read
 * @param effects what that does to running processes and to work that is there
 * @param warnings what nobody here can check, and somebody should before it is applied
 * @param problems why it would be refused; empty: it would not
 */
public record TopologyPlan(
        String file, List<TopologyChange> changes, List<String> effects, List<String> warnings, List<String> problems) {
    static TopologyPlan refused(String file, List<String> problems) {
        return new TopologyPlan(file, List.of(), List.of(), List.of(), problems);
    }
}
