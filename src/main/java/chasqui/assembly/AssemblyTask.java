package chasqui.assembly;

import java.util.List;
import java.util.Map;

/**
 * One transfer package to build.
 *
 * @param siteId site of the buffer
 * @param primarySiteId where it is to go first
 * @param facts what the manifest of a package of several says about it
 */
record AssemblyTask(
        long id,
        String name,
        long bufferId,
        long siteId,
        long primarySiteId,
        Map<String, String> facts,
        List<Traveller> travellers) {

    long contentBytes() {
        return travellers.stream().mapToLong(one -> one.digest().sizeBytes()).sum();
    }

    AssemblyTask with(List<Traveller> others) {
        return new AssemblyTask(id, name, bufferId, siteId, primarySiteId, facts, others);
    }
}
