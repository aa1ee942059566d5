package chasqui.topology;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;

/**
 * Things of one kind that keep a place in service.
 *
 * @param what such as {@code copies of raw data packages}
 * @param count how many; above {@link #MOST_COUNTED} it is not known how many more
 * @param first some of them by name and place; empty where nobody asked
 */
record LeftOver(String what, long count, List<String> first) {
    static final int MOST_COUNTED = 10_000;
    static final int MOST_NAMED = 10;

    private static final String COPIES = "copies of ";
    private static final String UNFINISHED = "x.status IN ('PENDING', 'SCHEDULED', 'IN_PROGRESS')";

    /**
     * One kind of things. What is unfinished has indexes of its own. Copies have none that holds a place's living ones
     * alone: how many blocks their count takes still depends on the plan.
     *
     * @param rows table with the alias x and a condition
     * @param name of such a row
     */
    private record Kind(String what, String rows, String name) {}

    private static final String PACKAGE = "(SELECT p.name FROM raw_data_package p WHERE p.id = x.raw_data_package_id)";

    private static final List<Kind> AT = List.of(
            new Kind(
                    COPIES + "raw data files",
                    "physical_copy x WHERE x.data_location_id = :id AND x.state <> 'DELETED' AND x.raw_data_file_id IS NOT NULL",
                    "(SELECT f.readable_path FROM raw_data_file f WHERE f.id = x.raw_data_file_id)"
                            + at("x.data_location_id")),
            new Kind(
                    COPIES + "raw data packages",
                    "physical_copy x WHERE x.data_location_id = :id AND x.state <> 'DELETED' AND x.raw_data_package_id IS NOT NULL",
                    PACKAGE + at("x.data_location_id")),
            new Kind(
                    COPIES + "data transfer packages",
                    "physical_copy x WHERE x.data_location_id = :id AND x.state <> 'DELETED'"
                            + " AND x.data_transfer_package_id IS NOT NULL",
                    "(SELECT d.name FROM data_transfer_package d WHERE d.id = x.data_transfer_package_id)"
                            + at("x.data_location_id")),
            new Kind(
                    "live operations",
                    "operation x WHERE x.data_location_id = :id AND " + UNFINISHED,
                    "x.type || ' (operation ' || x.id || ')'" + at("x.data_location_id")),
            new Kind(
                    "unfinished raw data packages",
                    "raw_data_package x WHERE (x.source_location_id = :id OR x.buffer_location_id = :id) AND "
                            + UNFINISHED,
                    "x.name" + at("x.buffer_location_id")),
            new Kind(
                    "unfinished data transfer packages",
                    "data_transfer_package x WHERE x.buffer_location_id = :id AND " + UNFINISHED,
                    "x.name" + at("x.buffer_location_id")),
            new Kind(
                    "unfinished data transfers",
                    "data_transfer x WHERE (x.origin_location_id = :id OR x.destination_location_id = :id) AND "
                            + UNFINISHED,
                    transfer()),
            new Kind(
                    "unfinished archive transfers",
                    "long_term_archive_transfer x WHERE (x.data_location_id = :id OR x.origin_location_id = :id) AND "
                            + UNFINISHED,
                    PACKAGE + at("x.data_location_id")),
            new Kind(
                    "unfinished staging jobs",
                    "staging_job x WHERE x.data_location_id = :id AND " + UNFINISHED,
                    PACKAGE + at("x.data_location_id")));

    private static final List<Kind> TOWARDS = List.of(
            new Kind(
                    "unfinished data transfers on their way there",
                    "data_transfer x WHERE x.destination_site_id = (SELECT id FROM site WHERE short_name = :id) AND "
                            + UNFINISHED,
                    transfer()),
            new Kind(
                    "unfinished data transfer packages meant for it first",
                    "data_transfer_package x WHERE x.primary_site_id = (SELECT id FROM site WHERE short_name = :id) AND "
                            + UNFINISHED,
                    "x.name" + at("x.buffer_location_id")));

    private static String at(String location) {
        return " || ' at ' || (SELECT s.short_name || '/' || l.name FROM data_location l JOIN site s ON s.id = l.site_id"
                + " WHERE l.id = " + location + ")";
    }

    private static String transfer() {
        return "(SELECT c.name FROM cargo c WHERE c.data_transfer_id = x.id)"
                + " || ' to ' || (SELECT s.short_name FROM site s WHERE s.id = x.destination_site_id)";
    }

    /** What lies or happens at a location, by kind; empty: nothing. */
    static List<LeftOver> at(Handle db, Long id, boolean named) {
        return of(db, AT, id, named);
    }

    /** What is on its way to a site, by kind, whichever of its locations it will reach. */
    static List<LeftOver> towards(Handle db, String site, boolean named) {
        return of(db, TOWARDS, site, named);
    }

    private static List<LeftOver> of(Handle db, List<Kind> kinds, Object id, boolean named) {
        String counts = IntStream.range(0, kinds.size())
                .mapToObj(i -> "SELECT %d AS kind, count(*) AS n FROM (SELECT FROM %s LIMIT %d) found"
                        .formatted(i, kinds.get(i).rows(), MOST_COUNTED + 1))
                .collect(Collectors.joining("\nUNION ALL ", "", "\nORDER BY kind"));
        List<Long> found = db.createQuery(counts)
                .bind("id", id)
                .map((row, context) -> row.getLong("n"))
                .list();
        return IntStream.range(0, kinds.size())
                .filter(i -> found.get(i) > 0)
                .mapToObj(i -> new LeftOver(
                        kinds.get(i).what(), found.get(i), named ? names(db, kinds.get(i), id) : List.of()))
                .toList();
    }

    private static List<String> names(Handle db, Kind kind, Object id) {
        return db.createQuery("SELECT %s AS name FROM (SELECT x.* FROM %s LIMIT %d) x ORDER BY name LIMIT %d"
                        .formatted(kind.name(), kind.rows(), MOST_COUNTED + 1, MOST_NAMED))
                .bind("id", id)
                .mapTo(String.class)
                .list();
    }

    boolean isOfCopies() {
        return what.startsWith(COPIES);
    }

    /** Such as {@code copies of raw data packages: a at cologne/buffer, b at cologne/buffer and 3 more}. */
    String named() {
        String more = count > MOST_COUNTED
                ? " and many more"
                : count > first.size() ? " and " + (count - first.size()) + " more" : "";
        return what + ": " + String.join(", ", first) + more;
    }

    /** Such as {@code copies of raw data packages (12)}. */
    @Override
    public String toString() {
        return "%s (%s%d)".formatted(what, count > MOST_COUNTED ? "more than " : "", Math.min(count, MOST_COUNTED));
    }
}
