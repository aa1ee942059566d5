package chasqui.storage;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The manifest as JSON text, written and read token by token; the same manifest always gives the same bytes. */
final class ManifestJson {
    static final String FORMAT = "chasqui-package/1";
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8)
                    .maxStringLength(64 << 10)
                    .build())
            .rootValueSeparator(",\n")
            .build();
    private static final byte[] LINE = {'\n'};
    private static final byte[] COMMA_AND_LINE = {',', '\n'};

    private ManifestJson() {}

    /** The entries of one slice as JSON objects with commas between them. */
    static void writeEntries(List<PackageEntry> entries, OutputStream out) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            for (PackageEntry entry : entries) {
                writeEntry(json, entry);
            }
        }
    }

    /** A whole manifest, in pieces, around slices made by {@link #writeEntries}. */
    static List<byte[]> assemble(Map<String, String> facts, List<byte[]> slices) throws IOException {
        ByteArrayOutputStream front = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(front)) {
            json.writeStartObject();
            json.writeStringField("format", FORMAT);
            json.writeObjectFieldStart("facts");
            for (Map.Entry<String, String> fact : new TreeMap<>(facts).entrySet()) {
                json.writeStringField(fact.getKey(), fact.getValue());
            }
            json.writeEndObject();
            json.writeArrayFieldStart("files");
            json.flush();
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
        }
        List<byte[]> pieces = new ArrayList<>();
        pieces.add(front.toByteArray());
        for (byte[] slice : slices) {
            pieces.add(pieces.size() == 1 ? LINE : COMMA_AND_LINE);
            pieces.add(slice);
        }
        pieces.add("\n]}\n".getBytes(StandardCharsets.US_ASCII));
        return pieces;
    }

    private static void writeEntry(JsonGenerator json, PackageEntry entry) throws IOException {
        json.writeStartObject();
        json.writeStringField("path", entry.path().encoded());
        json.writeStringField("readable", entry.path().readable());
        json.writeStringField("kind", entry.kind().name());
        json.writeNumberField("size", entry.sizeBytes());
        json.writeStringField("xxh64", entry.xxHash64().hex());
        if (entry.sha256() != null) {
            json.writeStringField("sha256", entry.sha256().hex());
        }
        json.writeStringField("modified", entry.modified().toString());
        if (entry.linkTargetEncoded() != null) {
            json.writeStringField("linkTarget", entry.linkTargetEncoded());
        }
        json.writeEndObject();
    }

    /**
     * Reads a manifest that may have been made by anybody.
     *
     * @throws IntegrityViolation it is not a manifest, or its files are not strictly sorted by path
     * @throws IOException the stream itself failed
     */
    static PackageManifest read(String where, InputStream in) throws IOException {
        try (JsonParser json = JSON.createParser(in)) {
            return read(json);
        } catch (com.fasterxml.jackson.core.JacksonException | RuntimeException notAManifest) {
            throw new IntegrityViolation(where, PackageManifest.NAME, "a package manifest", message(notAManifest));
        }
    }

    private static String message(Exception failure) {
        return failure instanceof com.fasterxml.jackson.core.JacksonException json
                ? json.getOriginalMessage()
                : failure.getMessage();
    }

    private static PackageManifest read(JsonParser json) throws IOException {
        Map<String, String> facts = new HashMap<>();
        List<PackageEntry> entries = new ArrayList<>();
        String format = null;
        require(json.nextToken() == JsonToken.START_OBJECT, "no JSON object");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "format" -> format = json.getText();
                case "facts" -> facts = readFields(json);
                case "files" -> readEntries(json, entries);
                default -> throw new IllegalArgumentException("unknown field " + field);
            }
        }
        require(json.nextToken() == null, "text after its end");
        require(FORMAT.equals(format), "format " + format + " instead of " + FORMAT);
        require(!entries.isEmpty(), "no files");
        return new PackageManifest(facts, entries);
    }

    private static void readEntries(JsonParser json, List<PackageEntry> entries) throws IOException {
        require(json.currentToken() == JsonToken.START_ARRAY, "files that are no list");
        require(entries.isEmpty(), "two lists of files");
        RelativePath last = null;
        while (json.nextToken() == JsonToken.START_OBJECT) {
            PackageEntry entry = entry(readFields(json));
            require(last == null || last.compareTo(entry.path()) < 0, entry.path() + " out of order or twice");
            require(!entry.path().equals(PackageManifest.PATH), "itself among the files");
            require(entries.size() < PackageManifest.MAX_FILES, "more than " + PackageManifest.MAX_FILES + " files");
            entries.add(entry);
            last = entry.path();
        }
        require(json.currentToken() == JsonToken.END_ARRAY, "a list of files that breaks off");
    }

    private static Map<String, String> readFields(JsonParser json) throws IOException {
        require(json.currentToken() == JsonToken.START_OBJECT, "something else than an object");
        Map<String, String> fields = new HashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            require(value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NUMBER_INT, field + " is no text");
            require(fields.put(field, json.getText()) == null, field + " twice");
        }
        require(json.currentToken() == JsonToken.END_OBJECT, "an object that breaks off");
        return fields;
    }

    private static PackageEntry entry(Map<String, String> fields) {
        return new PackageEntry(
                new RelativePath(needed(fields, "path")),
                FileFacts.Kind.valueOf(needed(fields, "kind")),
                Long.parseLong(needed(fields, "size")),
                Instant.parse(needed(fields, "modified")),
                new Checksum(Checksum.XXH64, needed(fields, "xxh64")),
                fields.containsKey("sha256") ? new Checksum(Checksum.SHA256, fields.get("sha256")) : null,
                null,
                fields.get("linkTarget"));
    }

    private static String needed(Map<String, String> fields, String name) {
        String value = fields.get(name);
        require(value != null, "a file without " + name);
        return value;
    }

    private static void require(boolean holds, String found) {
        if (!holds) {
            throw new IllegalArgumentException(found);
        }
    }
}
