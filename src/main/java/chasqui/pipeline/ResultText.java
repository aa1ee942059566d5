package chasqui.pipeline;

import chasqui.storage.Checksum;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** A journaled result as text: one line of JSON, and the checksum of that line in a second one. */
final class ResultText {
    private static final String FORMAT = "chasqui-result/1";
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();

    private final Map<String, Class<? extends Result>> kinds;

    /** @param kinds of all stages, each with a name of its own */
    ResultText(Iterable<? extends ResultKind<?>> kinds) {
        this.kinds = java.util.stream.StreamSupport.stream(kinds.spliterator(), false)
                .collect(Collectors.toUnmodifiableMap(ResultKind::name, ResultKind::type));
    }

    /** What cannot be read as a result, and why. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The line's components; {@code kind} tells the type of {@code result}. */
    private record Line(
            String format,
            UUID database,
            Operation operation,
            UUID token,
            String node,
            Instant finishedAt,
            long bytes,
            String kind,
            JsonNode result) {}

    static byte[] write(JournaledResult one) {
        Line line = new Line(
                FORMAT,
                one.database(),
                one.operation(),
                one.token(),
                one.node(),
                one.finishedAt(),
                one.bytes(),
                one.result().getClass().getSimpleName(),
                JSON.valueToTree(one.result()));
        try {
            String json = JSON.writeValueAsString(line);
            return (json + "\n" + checksum(json) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("results are plain data", impossible);
        }
    }

    JournaledResult read(byte[] bytes) throws Unreadable {
        String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
        if (lines.length != 3 || !lines[2].isEmpty() || !checksum(lines[0]).equals(lines[1])) {
            throw new Unreadable("its checksum is not that of its content", null);
        }
        try {
            Line line = JSON.readValue(lines[0], Line.class);
            Class<? extends Result> type = kinds.get(line.kind());
            if (!FORMAT.equals(line.format()) || type == null || line.database() == null) {
                throw new Unreadable(
                        "this version of the program does not know format " + line.format() + " of " + line.kind(),
                        null);
            }
            return new JournaledResult(
                    line.database(),
                    line.operation(),
                    line.token(),
                    line.node(),
                    line.finishedAt(),
                    line.bytes(),
                    JSON.treeToValue(line.result(), type));
        } catch (JsonProcessingException other) {
            throw new Unreadable("another version of the program wrote it: " + other.getOriginalMessage(), other);
        }
    }

    private static String checksum(String line) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return Checksum.sha256(sha256.digest(line.getBytes(StandardCharsets.UTF_8)))
                    .toString();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
