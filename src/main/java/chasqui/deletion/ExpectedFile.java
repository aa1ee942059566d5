package chasqui.deletion;

import chasqui.storage.FileFacts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;

/** A file that Chasqui wrote into a staged tree. */
record ExpectedFile(FileFacts.Kind kind, long sizeBytes, Instant modified) {
    /** File systems keep times in steps of up to two seconds. */
    private static final Duration COARSEST_CLOCK = Duration.ofSeconds(2);

    static ExpectedFile of(ResultSet row) throws SQLException {
        return new ExpectedFile(
                FileFacts.Kind.valueOf(row.getString("kind")),
                row.getLong("size_bytes"),
                row.getObject("modified_at", OffsetDateTime.class).toInstant());
    }

    /** Whether it looks as it was written; the time of a symbolic link is not kept. */
    boolean fits(FileFacts found) {
        return found.kind() == kind
                && found.sizeBytes() == sizeBytes
                && (kind == FileFacts.Kind.SYMLINK
                        || Duration.between(modified, found.modified()).abs().compareTo(COARSEST_CLOCK) <= 0);
    }
}
