package chasqui.topology;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;

final class LocationRows {
    private LocationRows() {}

    static DataLocation location(ResultSet row) throws SQLException {
        StorageType storage = StorageType.valueOf(row.getString("storage_type"));
        String root = row.getString("root");
        return new DataLocation(
                row.getLong("id"),
                row.getLong("site_id"),
                row.getString("short_name"),
                row.getString("name"),
                LocationType.valueOf(row.getString("location_type")),
                storage,
                row.getInt("priority"),
                row.getBoolean("active"),
                row.getBoolean("draining"),
                storage == StorageType.DISK ? Path.of(root) : null,
                row.getString("host"),
                row.getString("host_user"),
                storage == StorageType.S3 ? PresentTopology.bucket(row) : null,
                storage == StorageType.TAPE ? Tape.of(row) : null,
                row.getBoolean("accept_cached_verification"));
    }
}
