package chasqui.filing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/** An entry as it stands in the journal: checksum, blank, JSON, line end. Whatever was damaged, the next line can be read. */
final class JournalLine {
    private static final int JSON_AT = 9;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    private JournalLine() {}

    static byte[] of(JournalEntry entry) {
        try {
            String json = JSON.writeValueAsString(entry);
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            return (checksum(bytes, 0) + " " + json + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("entries are plain data", impossible);
        }
    }

    /** Whether a line without its end is what was written. */
    static boolean isWhole(byte[] line) {
        return line.length > JSON_AT
                && new String(line, 0, JSON_AT, StandardCharsets.ISO_8859_1).equals(checksum(line, JSON_AT) + " ");
    }

    /** The entry of a line that is whole; empty when another version wrote it, and means more than this one knows. */
    static Optional<JournalEntry> read(byte[] line) {
        try {
            return Optional.of(JSON.readValue(Arrays.copyOfRange(line, JSON_AT, line.length), JournalEntry.class));
        } catch (IOException ofAnotherVersion) {
            return Optional.empty();
        }
    }

    private static String checksum(byte[] bytes, int from) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, bytes.length - from);
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }
}
