package chasqui.archive;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What a sidecar says about a package, apart from its files. The names of these components, in snake case, are the names
 * in the document ({@code docs/formats.md}): changing one changes the format. Null is left out.
 *
 * @param archived the package
 * @param observation where its data comes from
 * @param obscore the same in terms of IVOA ObsCore, where it has one
 * @param provenance which way it came
 */
record SidecarFacts(Archived archived, Observation observation, ObsCore obscore, Provenance provenance) {
    /** The package itself; {@code file} is its name beside the sidecar. */
    record Archived(
            UUID uuid,
            String name,
            String file,
            long sizeBytes,
            String xxh64,
            String sha256,
            long fileCount,
            long contentBytes,
            Instant createdAt,
            Instant packagedAt) {}

    /** Angles in degrees (ICRS); site by its short name and its name. */
    record Observation(
            String unit,
            String program,
            String target,
            Double rightAscensionDeg,
            Double declinationDeg,
            Instant startedAt,
            Instant endedAt,
            String instrument,
            String module,
            String telescope,
            String observatory,
            String site,
            String siteName,
            Double siteLatitudeDeg,
            Double siteLongitudeDeg,
            String siteCountry) {
        private static final double UNIX_EPOCH_MJD = 40_587.0;

        /** What took the data, as far as the topology tells. */
        private String facility() {
            return telescope != null ? telescope : observatory != null ? observatory : siteName;
        }

        ObsCore obscore(long sizeBytes) {
            return new ObsCore(
                    0,
                    instrument,
                    unit,
                    program,
                    target,
                    rightAscensionDeg,
                    declinationDeg,
                    mjd(startedAt),
                    mjd(endedAt),
                    facility(),
                    instrument,
                    "application/x-tar",
                    (sizeBytes + 999) / 1000);
        }

        private static Double mjd(Instant time) {
            return time == null ? null : UNIX_EPOCH_MJD + (time.getEpochSecond() + time.getNano() / 1e9) / 86_400.0;
        }
    }

    /** Times as Modified Julian Date, angles in degrees, size in kB, calibration level 0: raw data. */
    record ObsCore(
            int calibLevel,
            String obsCollection,
            String obsId,
            String proposalId,
            String targetName,
            Double sRa,
            Double sDec,
            Double tMin,
            Double tMax,
            String facilityName,
            String instrumentName,
            String accessFormat,
            long accessEstsize) {}

    /** Written when, by what and where; data locations as {@code site/name}. */
    record Provenance(
            String software,
            String version,
            String node,
            Instant writtenAt,
            String archive,
            String source,
            String buffer,
            String transferPackage,
            List<Journey> transfers,
            List<Work> operations,
            List<Check> verifications) {}

    /** One completed transfer. */
    record Journey(
            String origin,
            String destination,
            boolean primary,
            String method,
            int sends,
            Instant sentAt,
            Instant completedAt) {}

    /** One completed operation on the way: what, where, on which node, when. */
    record Work(String type, String location, String node, Instant startedAt, Instant finishedAt) {}

    /** One reading back: what was found where. */
    record Check(String location, String path, String checksum, String readMode, String node, Instant verifiedAt) {}

    /**
     * One file of the package.
     *
     * @param id its row, not in the document
     * @param path percent-encoded bytes, as in the package
     * @param readable the same for people
     * @param xxh64 of a symbolic link: of its target
     * @param linkTarget percent-encoded, of symbolic links only
     */
    record PackedFile(
            @JsonIgnore long id,
            UUID uuid,
            String path,
            String readable,
            String kind,
            long sizeBytes,
            String xxh64,
            String sha256,
            Instant modified,
            String linkTarget) {}
}
