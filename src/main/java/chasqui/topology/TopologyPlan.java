package chasqui.topology;

import java.util.List;

/**
 * What applying a topology file would do; nothing was changed.
 *
 * @param changes in the order in which they would be made; empty: the database has it all, or the file cannot be read
 * @param effects what that does to running processes and to work that is there
 * @param problems why it would be refused; empty: it would not
 */
public record TopologyPlan(String file, List<TopologyChange> changes, List<String> effects, List<String> problems) {}
