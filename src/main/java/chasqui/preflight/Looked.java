package chasqui.preflight;

import chasqui.topology.DataLocation;
import java.util.List;

/**
 * How the last try of one check ended.
 *
 * @param findings empty: all is well, or no try has ended yet
 * @param ended whether any try has
 */
public record Looked(DataLocation location, Check check, List<Finding> findings, boolean ended) {
    /** Whether operations of a type may be done there as far as this check goes. */
    boolean allows(String type) {
        boolean concerned = check.stops().contains(Finding.ALL) || check.stops().contains(type);
        return (ended || !concerned) && findings.stream().noneMatch(finding -> finding.stops(type));
    }
}
