package chasqui.inspection;

import chasqui.inspection.Trace.Copy;
import chasqui.inspection.Trace.Subject;
import chasqui.inspection.Trace.Transfer;
import chasqui.inspection.TraceAnswer.Candidate;
import chasqui.inspection.TraceSearch.Found;
import chasqui.link.Link;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Reads the whole life of one file or package: always the same number of statements, each with a time limit. */
public final class TraceReader {
    private final Jdbi database;

    public TraceReader(Jdbi database) {
        this.database = database;
    }

    /**
     * @param text a file's path, percent-encoded or as typed, from its source's root or absolute; the end of such a path
     *     after a slash; a package's name, with or without {@code .tar}; or the UUID of any of them
     * @throws org.jdbi.v3.core.statement.UnableToExecuteStatementException a statement took longer than 20 seconds
     */
    public TraceAnswer find(String text) {
        return database.inTransaction(db -> {
            Limits.apply(db);
            List<Found> found = text.indexOf('\0') >= 0 ? List.of() : new TraceSearch(db).find(text);
            if (found.size() == 1) {
                return new TraceAnswer(trace(db, found.get(0)), List.of());
            }
            return new TraceAnswer(
                    null,
                    found.stream()
                            .limit(TraceSearch.MOST_CANDIDATES)
                            .map(one -> new Candidate(one.kind(), one.uuid(), one.name(), one.location()))
                            .toList());
        });
    }

    private static Trace trace(Handle db, Found found) {
        TraceRows rows = new TraceRows(db);
        List<Long> packages = packages(db, found);
        List<Long> transferPackages = transferPackages(db, found, packages);
        Long file = found.kind().equals(TraceSearch.FILE) ? found.id() : null;
        // A transfer package's own copies; those of the packages in it are their own story.
        boolean ofTransfer = found.kind().equals(TraceSearch.TRANSFER_PACKAGE);
        List<Long> own = ofTransfer ? List.of() : packages;
        List<Copy> copies = rows.copies(file, own, transferPackages);
        List<Long> copyIds = copies.stream().map(Copy::id).toList();
        Trace known = new Trace(
                subject(db, found),
                rows.packages(packages),
                rows.transferPackages(transferPackages),
                copies,
                rows.verifications(copyIds),
                transfers(db, rows.transfers(own, transferPackages)),
                rows.archiveTransfers(own),
                rows.stagingJobs(own),
                rows.deletions(copyIds),
                rows.operations(own, transferPackages, copyIds),
                List.of(),
                false);
        return Story.told(known, subjectTimes(db, found));
    }

    /** What could go and does not waits for its link. */
    private static List<Transfer> transfers(Handle db, List<Transfer> known) {
        Map<Long, Link> awaited =
                new TraceRows(db).awaited(known.stream().map(Transfer::id).toList());
        Map<Link, LinkStatus> links = LinkReader.read(db);
        return known.stream()
                .map(one -> {
                    LinkStatus link = awaited.containsKey(one.id()) ? links.get(awaited.get(one.id())) : null;
                    return link == null ? one : one.waitingFor(reason(link));
                })
                .toList();
    }

    private static String reason(LinkStatus link) {
        return link.state().equals("OPEN")
                ? "its turn on the link " + link.name() + ": " + link.running() + " under way, " + link.waiting()
                        + " wait"
                : "the link " + link.name() + ": " + link.says();
    }

    private static List<Long> packages(Handle db, Found found) {
        String sql =
                switch (found.kind()) {
                    case TraceSearch.FILE ->
                        "SELECT raw_data_package_id FROM raw_data_file WHERE id = :id AND raw_data_package_id IS NOT NULL";
                    case TraceSearch.PACKAGE -> "SELECT id FROM raw_data_package WHERE id = :id";
                    default ->
                        "SELECT id FROM raw_data_package WHERE data_transfer_package_id = :id ORDER BY id LIMIT "
                                + TraceRows.MOST;
                };
        return db.createQuery(sql).bind("id", found.id()).mapTo(Long.class).list();
    }

    private static List<Long> transferPackages(Handle db, Found found, List<Long> packages) {
        if (found.kind().equals(TraceSearch.TRANSFER_PACKAGE)) {
            return List.of(found.id());
        }
        return db.createQuery("""
                        SELECT DISTINCT data_transfer_package_id FROM raw_data_package
                         WHERE id = ANY (:packages) AND data_transfer_package_id IS NOT NULL
                        """)
                .bindArray("packages", Long.class, packages)
                .mapTo(Long.class)
                .list();
    }

    private static List<java.time.Instant> subjectTimes(Handle db, Found found) {
        return found.kind().equals(TraceSearch.FILE)
                ? db.createQuery("SELECT filed_at FROM raw_data_file WHERE id = :id")
                        .bind("id", found.id())
                        .mapTo(java.time.Instant.class)
                        .list()
                : List.of();
    }

    private static Subject subject(Handle db, Found found) {
        String sql =
                switch (found.kind()) {
                    case TraceSearch.FILE -> """
                        SELECT f.uuid, f.readable_path AS name, f.path, s.short_name || '/' || l.name AS location, f.size_bytes,
                               f.xxh64, f.sha256, NULL AS state, f.problem, u.name AS observation, i.name AS instrument,
                               m.name AS module, f.kind::text AS file_kind, f.link_target, f.filed_by
                          FROM raw_data_file f JOIN data_location l ON l.id = f.source_location_id JOIN site s ON s.id = l.site_id
                          JOIN executed_observation_unit u ON u.id = f.executed_observation_unit_id
                          JOIN instrument_module m ON m.id = f.instrument_module_id JOIN instrument i ON i.id = m.instrument_id
                         WHERE f.id = :id
                        """;
                    case TraceSearch.PACKAGE -> """
                        SELECT p.uuid, p.name, NULL AS path, s.short_name || '/' || l.name AS location, p.size_bytes, p.xxh64, p.sha256,
                               p.status || ' ' || p.state AS state, NULL AS problem, u.name AS observation, i.name AS instrument,
                               m.name AS module, NULL AS file_kind, NULL AS link_target, NULL AS filed_by
                          FROM raw_data_package p JOIN data_location l ON l.id = p.source_location_id JOIN site s ON s.id = l.site_id
                          JOIN executed_observation_unit u ON u.id = p.executed_observation_unit_id
                          JOIN instrument_module m ON m.id = p.instrument_module_id JOIN instrument i ON i.id = m.instrument_id
                         WHERE p.id = :id
                        """;
                    default -> """
                        SELECT d.uuid, d.name, NULL AS path, s.short_name || '/' || l.name AS location, d.size_bytes, d.xxh64,
                               NULL AS sha256, d.status::text AS state, NULL AS problem, NULL AS observation, NULL AS instrument,
                               NULL AS module, NULL AS file_kind, NULL AS link_target, NULL AS filed_by
                          FROM data_transfer_package d JOIN data_location l ON l.id = d.buffer_location_id JOIN site s ON s.id = l.site_id
                         WHERE d.id = :id
                        """;
                };
        return db.createQuery(sql)
                .bind("id", found.id())
                .map((row, context) -> {
                    Map<String, String> facts = new LinkedHashMap<>();
                    for (String fact :
                            List.of("observation", "instrument", "module", "file_kind", "link_target", "filed_by")) {
                        if (row.getString(fact) != null) {
                            facts.put(fact, row.getString(fact));
                        }
                    }
                    return new Subject(
                            found.kind(),
                            row.getString("uuid"),
                            row.getString("name"),
                            row.getString("path"),
                            row.getString("location"),
                            row.getObject("size_bytes", Long.class),
                            row.getString("xxh64"),
                            row.getString("sha256"),
                            row.getString("state"),
                            row.getString("problem"),
                            facts);
                })
                .one();
    }
}
