package chasqui.filing;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.stream.Collectors;

/** Requests and answers as JSON. What is not understood is refused: a misspelt word must not be passed over. */
final class SubmissionJson {
    private static final int DEEPEST = 4;
    private static final int LONGEST_TEXT = 64 << 10;
    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxStringLength(LONGEST_TEXT)
                            .build())
                    .build())
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private SubmissionJson() {}

    /** @throws FilingRefused it is no request, and says where it stops to be one */
    static Submission read(byte[] json) {
        try {
            Submission read = JSON.readValue(json, Submission.class);
            if (read == null) {
                throw new FilingRefused("the request is empty; docs/formats.md shows one");
            }
            return read.checked();
        } catch (UnrecognizedPropertyException unknown) {
            throw new FilingRefused("\"" + shown(unknown.getPropertyName()) + "\" is no member of a request; known: "
                    + unknown.getKnownPropertyIds().stream()
                            .map(String::valueOf)
                            .sorted()
                            .collect(Collectors.joining(", ")));
        } catch (JsonMappingException wrong) {
            String member = wrong.getPath().stream()
                    .map(at -> String.valueOf(at.getFieldName()))
                    .collect(Collectors.joining("."));
            throw new FilingRefused(
                    (member.isEmpty() ? "the request" : "\"" + shown(member) + "\"") + " is not of the right kind"
                            + at(wrong.getLocation()) + "; docs/formats.md says what it holds",
                    wrong);
        } catch (JsonProcessingException noJson) {
            throw new FilingRefused("the request is no JSON" + at(noJson.getLocation()), noJson);
        } catch (IOException unreadable) {
            throw new FilingRefused("the request cannot be read", unreadable);
        }
    }

    static String write(Object answer) {
        try {
            return JSON.writeValueAsString(answer) + "\n";
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("answers are plain data", impossible);
        }
    }

    private static String at(JsonLocation place) {
        return place == null ? "" : " (line " + place.getLineNr() + ", column " + place.getColumnNr() + ")";
    }

    private static String shown(String name) {
        String text = name.replaceAll("\\p{Cntrl}", "?");
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
}
