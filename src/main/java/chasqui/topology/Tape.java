package chasqui.topology;

import chasqui.storage.TapeCommands;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A tape library behind its site's commands.
 *
 * @param recallRoot folder on a disk of the workers, for what comes back from tape
 */
public record Tape(TapeCommands commands, Path recallRoot) {
    static Tape of(ResultSet row) throws SQLException {
        return new Tape(
                new TapeCommands(
                        PresentTopology.texts(row, "archive_command"),
                        PresentTopology.texts(row, "recall_command"),
                        PresentTopology.texts(row, "query_command"),
                        row.getArray("checksum_command") == null
                                ? null
                                : PresentTopology.texts(row, "checksum_command")),
                Path.of(row.getString("recall_root")));
    }
}
