package chasqui.deletion;

import java.util.Map;
import java.util.Set;

/**
 * Where long-term archives are in service.
 *
 * @param archives by site: the archives that take what its buffers have; only sites that have an active buffer too
 */
record ArchiveSites(Map<Long, Set<Archive>> archives) {
    record Archive(long locationId, String location) {}

    boolean contains(long site) {
        return archives.containsKey(site);
    }

    Set<Archive> at(long site) {
        return archives.getOrDefault(site, Set.of());
    }

    boolean anyOtherThan(long site) {
        return archives.keySet().stream().anyMatch(other -> other != site);
    }
}
