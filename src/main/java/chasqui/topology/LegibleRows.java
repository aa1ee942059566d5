package chasqui.topology;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jdbi.v3.core.statement.Query;

/** Rows that people may have written: one that cannot be read is named and left out, and stops none of the others. */
final class LegibleRows {
    private final Consumer<String> told;

    /** @param told gets one sentence for each row that is left out */
    LegibleRows(Consumer<String> told) {
        this.told = told;
    }

    interface Read<T> {
        T from(ResultSet row) throws SQLException;
    }

    <T> List<T> of(Query query, Read<String> name, Read<T> read) {
        return query
                .map((row, context) -> {
                    try {
                        return read.from(row);
                    } catch (RuntimeException unreadable) {
                        told.accept(name.from(row) + " cannot be read and is left out: " + unreadable.getMessage()
                                + "; correct its row, it is followed then");
                        return null;
                    }
                })
                .stream()
                .filter(Objects::nonNull)
                .toList();
    }

    static String location(ResultSet row) throws SQLException {
        return "location " + row.getString("short_name") + "/" + row.getString("name");
    }

    static String route(ResultSet row) throws SQLException {
        return "transfer route " + row.getLong("id");
    }
}
