package chasqui.inspection;

import chasqui.storage.RelativePath;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Finds what somebody means by a name, a path, the end of a path, or a UUID. */
final class TraceSearch {
    static final String FILE = "raw data file";
    static final String PACKAGE = "raw data package";
    static final String TRANSFER_PACKAGE = "data transfer package";
    static final int MOST_CANDIDATES = 20;
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private static final String FILES = """
            SELECT 'raw data file' AS kind, f.id, f.uuid::text AS uuid, f.readable_path AS name,
                   s.short_name || '/' || l.name AS location
              FROM raw_data_file f JOIN data_location l ON l.id = f.source_location_id JOIN site s ON s.id = l.site_id
             WHERE <which> ORDER BY f.id LIMIT <limit>
            """;

    private final Handle db;

    TraceSearch(Handle db) {
        this.db = db;
    }

    /** Something that was found. */
    record Found(String kind, long id, String uuid, String name, String location) {
        static Found of(ResultSet row, StatementContext context) throws SQLException {
            return new Found(
                    row.getString("kind"),
                    row.getLong("id"),
                    row.getString("uuid"),
                    row.getString("name"),
                    row.getString("location"));
        }
    }

    private static final String EXACT = """
            sha256(f.path::bytea) IN (SELECT sha256(form::bytea) FROM unnest(:forms) AS form WHERE strpos(form, chr(92)) = 0)
            AND f.path = ANY (:forms)
            """;

    /** At most one more than is ever shown. */
    List<Found> find(String text) {
        if (UUID_TEXT.matcher(text).matches()) {
            return byUuid(UUID.fromString(text));
        }
        List<Found> packages = byName(text.endsWith(".tar") ? text.substring(0, text.length() - 4) : text);
        if (!packages.isEmpty()) {
            return packages;
        }
        Set<String> forms = forms(text);
        List<Found> exact = files(EXACT, text, forms, Set.of());
        return exact.isEmpty()
                ? files("(f.path LIKE ANY (:endings) OR f.readable_path = :text)", text, forms, endings(forms))
                : exact;
    }

    private List<Found> byUuid(UUID uuid) {
        return db.createQuery("""
                        SELECT 'raw data file' AS kind, f.id, f.uuid::text AS uuid, f.readable_path AS name,
                               s.short_name || '/' || l.name AS location
                          FROM raw_data_file f JOIN data_location l ON l.id = f.source_location_id JOIN site s ON s.id = l.site_id
                         WHERE f.uuid = :uuid
                        UNION ALL SELECT 'raw data package', id, uuid::text, name, '' FROM raw_data_package WHERE uuid = :uuid
                        UNION ALL SELECT 'data transfer package', id, uuid::text, name, '' FROM data_transfer_package WHERE uuid = :uuid
                        """).bind("uuid", uuid).map(Found::of).list();
    }

    private List<Found> byName(String name) {
        return db.createQuery("""
                        SELECT 'raw data package' AS kind, id, uuid::text AS uuid, name, '' AS location
                          FROM raw_data_package WHERE name = :name
                        UNION ALL SELECT 'data transfer package', id, uuid::text, name, '' FROM data_transfer_package WHERE name = :name
                        """).bind("name", name).map(Found::of).list();
    }

    private List<Found> files(String which, String text, Set<String> forms, Set<String> endings) {
        return db.createQuery(FILES)
                .define("which", which)
                .define("limit", MOST_CANDIDATES + 1)
                .bindArray("forms", String.class, List.copyOf(forms))
                .bindArray("endings", String.class, List.copyOf(endings))
                .bind("text", text)
                .map(Found::of)
                .list();
    }

    /** How a path may have been meant: percent-encoded, as typed, or from the root of a source on. */
    private Set<String> forms(String text) {
        Set<String> forms = new LinkedHashSet<>();
        addForms(forms, text);
        if (text.startsWith("/")) {
            db.createQuery(
                            "SELECT root FROM data_location WHERE location_type = 'SOURCE' AND root IS NOT NULL LIMIT 1000")
                    .mapTo(String.class)
                    .filter(root -> text.startsWith(root.endsWith("/") ? root : root + "/"))
                    .forEach(root ->
                            addForms(forms, text.substring(root.length()).replaceFirst("^/+", "")));
        }
        return forms;
    }

    private static void addForms(Set<String> forms, String text) {
        try {
            forms.add(RelativePath.ofText(text).encoded());
            forms.add(new RelativePath(text).encoded());
        } catch (IllegalArgumentException notAPath) {
            // Then nothing was filed under it.
        }
    }

    private static Set<String> endings(Set<String> forms) {
        Set<String> endings = new LinkedHashSet<>();
        for (String form : forms) {
            endings.add("%/" + form.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"));
        }
        return endings;
    }
}
