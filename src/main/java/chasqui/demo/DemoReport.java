package chasqui.demo;

import chasqui.runtime.Version;
import chasqui.storage.RelativePath;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Writes the account of a demo as JSON: every file, every package, totals, and what each stage took. */
final class DemoReport {
    private final Jdbi database;
    private final List<Placement> placements;

    /** @param placements where each observation's files were put, to name them as the user knows them */
    DemoReport(Jdbi database, List<Placement> placements) {
        this.database = database;
        this.placements = placements;
    }

    /**
     * One observation of the demo.
     *
     * @param folder its folder, percent-encoded below the source location's root
     */
    record Placement(long observationId, String folder) {}

    private record ArchiveCopy(String location, String key, String verifiedAt) {}

    /** Writes the report next to its final name first, so that nobody reads half of it. */
    void write(Path file, DemoResult result) throws IOException {
        Path target = file.toAbsolutePath();
        Files.createDirectories(target.getParent());
        Path temporary = Files.createTempFile(target.getParent(), ".report", ".json");
        try (OutputStream out = Files.newOutputStream(temporary);
                JsonGenerator json =
                        JsonMapper.builder().build().createGenerator(out).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeStringField("version", Version.version());
            result.totals().write(json);
            StageCost.write(json, result.costs());
            texts(json, "refused", result.refused());
            texts(json, "warnings", result.warnings());
            Map<Long, List<ArchiveCopy>> copies = packages(json);
            files(json, copies);
            json.writeEndObject();
        }
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void texts(JsonGenerator json, String name, List<String> lines) throws IOException {
        json.writeArrayFieldStart(name);
        for (String line : lines) {
            json.writeString(line);
        }
        json.writeEndArray();
    }

    private List<Long> observations() {
        return placements.stream().map(Placement::observationId).toList();
    }

    private Map<Long, List<ArchiveCopy>> packages(JsonGenerator json) throws IOException {
        Map<Long, List<ArchiveCopy>> copies = archiveCopies();
        json.writeArrayFieldStart("packages");
        database.useHandle(db -> db.createQuery("""
                        SELECT p.id, p.name, p.uuid::text AS uuid, p.size_bytes, p.xxh64, p.sha256, p.file_count, p.content_bytes,
                               p.status::text AS status, p.state::text AS state, d.name AS transfer_package
                          FROM raw_data_package p LEFT JOIN data_transfer_package d ON d.id = p.data_transfer_package_id
                         WHERE p.executed_observation_unit_id = ANY (:units) ORDER BY p.id
                        """)
                .bindArray("units", Long.class, observations())
                .mapToMap()
                .forEach(row -> unchecked(() -> {
                    json.writeStartObject();
                    json.writeStringField("name", text(row, "name"));
                    json.writeStringField("uuid", text(row, "uuid"));
                    json.writeObjectField("size", row.get("size_bytes"));
                    json.writeStringField("xxh64", text(row, "xxh64"));
                    json.writeStringField("sha256", text(row, "sha256"));
                    json.writeObjectField("files", row.get("file_count"));
                    json.writeObjectField("content_bytes", row.get("content_bytes"));
                    json.writeStringField("status", text(row, "status"));
                    json.writeStringField("state", text(row, "state"));
                    json.writeStringField("transfer_package", text(row, "transfer_package"));
                    archive(json, copies.getOrDefault((Long) row.get("id"), List.of()));
                    json.writeEndObject();
                })));
        json.writeEndArray();
        return copies;
    }

    private void files(JsonGenerator json, Map<Long, List<ArchiveCopy>> copies) throws IOException {
        json.writeArrayFieldStart("files");
        database.useTransaction(tx -> tx.createQuery("""
                        SELECT f.executed_observation_unit_id AS unit, f.path, f.kind::text AS kind, f.size_bytes, f.xxh64,
                               f.sha256, f.problem, f.raw_data_package_id AS package_id, p.name AS package,
                               c.state::text AS source_state
                          FROM raw_data_file f
                          LEFT JOIN raw_data_package p ON p.id = f.raw_data_package_id
                          LEFT JOIN physical_copy c ON c.raw_data_file_id = f.id AND c.data_location_id = f.source_location_id
                         WHERE f.executed_observation_unit_id = ANY (:units) ORDER BY f.path
                        """)
                .bindArray("units", Long.class, observations())
                .setFetchSize(1000)
                .mapToMap()
                .forEach(row -> unchecked(() -> {
                    List<ArchiveCopy> archived = copies.getOrDefault(row.get("package_id"), List.of());
                    json.writeStartObject();
                    names(json, (Long) row.get("unit"), text(row, "path"));
                    json.writeStringField("kind", text(row, "kind"));
                    json.writeObjectField("size", row.get("size_bytes"));
                    json.writeStringField("xxh64", text(row, "xxh64"));
                    json.writeStringField("sha256", text(row, "sha256"));
                    json.writeStringField("package", text(row, "package"));
                    archive(json, archived);
                    json.writeStringField(
                            "verified_at",
                            archived.stream()
                                    .map(ArchiveCopy::verifiedAt)
                                    .max(String::compareTo)
                                    .orElse(null));
                    json.writeStringField("source", text(row, "source_state"));
                    if (row.get("problem") != null) {
                        json.writeStringField("problem", text(row, "problem"));
                    }
                    json.writeEndObject();
                })));
        json.writeEndArray();
    }

    private void names(JsonGenerator json, long unit, String encoded) throws IOException {
        String folder = placements.stream()
                .filter(p -> p.observationId() == unit)
                .map(Placement::folder)
                .findFirst()
                .orElse("");
        String own = encoded.startsWith(folder + "/") ? encoded.substring(folder.length() + 1) : encoded;
        json.writeStringField("path", exactOrReadable(new RelativePath(own)));
        json.writeStringField("path_encoded", own);
        json.writeStringField("path_in_package_encoded", encoded);
    }

    /** JSON has characters, names have bytes: a name that is no UTF-8 is shown escaped, and exact only percent-encoded. */
    private static String exactOrReadable(RelativePath path) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(path.bytes()))
                    .toString();
        } catch (CharacterCodingException noText) {
            return path.readable();
        }
    }

    private static void archive(JsonGenerator json, List<ArchiveCopy> copies) throws IOException {
        json.writeArrayFieldStart("archive");
        for (ArchiveCopy copy : copies) {
            json.writeStartObject();
            json.writeStringField("location", copy.location());
            json.writeStringField("key", copy.key());
            json.writeStringField("verified_at", copy.verifiedAt());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private Map<Long, List<ArchiveCopy>> archiveCopies() {
        Map<Long, List<ArchiveCopy>> copies = new HashMap<>();
        database.useHandle(db -> db.createQuery("""
                        SELECT c.raw_data_package_id AS package_id, s.short_name || '/' || l.name AS location,
                               coalesce(l.prefix, '') || c.path AS key, c.verified_at
                          FROM physical_copy c
                          JOIN raw_data_package p ON p.id = c.raw_data_package_id
                          JOIN data_location l ON l.id = c.data_location_id
                          JOIN site s ON s.id = l.site_id
                         WHERE p.executed_observation_unit_id = ANY (:units) AND l.location_type = 'LONG_TERM_ARCHIVE'
                           AND c.state = 'PRESENT'
                         ORDER BY c.raw_data_package_id, location
                        """)
                .bindArray("units", Long.class, observations())
                .map((row, context) -> {
                    copies.computeIfAbsent(row.getLong("package_id"), id -> new java.util.ArrayList<>())
                            .add(new ArchiveCopy(
                                    row.getString("location"),
                                    row.getString("key"),
                                    Optional.ofNullable(row.getObject("verified_at", java.time.OffsetDateTime.class))
                                            .map(at -> at.toInstant().toString())
                                            .orElse(null)));
                    return null;
                })
                .list());
        return copies;
    }

    private static String text(Map<String, Object> row, String column) {
        return (String) row.get(column);
    }

    @FunctionalInterface
    private interface Writing {
        void run() throws IOException;
    }

    private static void unchecked(Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
