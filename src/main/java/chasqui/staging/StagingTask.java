package chasqui.staging;

import chasqui.storage.Checksum;
import chasqui.storage.PackageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * What a worker needs to know about a job.
 *
 * @param withdrawn nobody needs the package any more
 * @param placeWasUsed copies were registered at the place: its disk must be recognisable
 * @param expected size and both digests of the whole package, as registered
 * @param contentBytes bytes of its files
 */
record StagingTask(
        long job,
        long location,
        boolean withdrawn,
        boolean placeWasUsed,
        long packageId,
        String packageName,
        PackageDigest expected,
        long contentBytes) {
    static StagingTask of(ResultSet row, StatementContext context) throws SQLException {
        return new StagingTask(
                row.getLong("id"),
                row.getLong("data_location_id"),
                row.getBoolean("withdrawn"),
                row.getBoolean("place_was_used"),
                row.getLong("package_id"),
                row.getString("name"),
                new PackageDigest(
                        row.getLong("size_bytes"),
                        Checksum.parse(row.getString("xxh64")),
                        Checksum.parse(row.getString("sha256"))),
                row.getLong("content_bytes"));
    }
}
