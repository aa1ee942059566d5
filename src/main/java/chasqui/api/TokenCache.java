package chasqui.api;

import chasqui.embedded.PrivateFiles;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tokens as last read, in a file that only the service may read: their hashes, never they themselves. */
final class TokenCache {
    private static final Logger log = LoggerFactory.getLogger(TokenCache.class);
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private final Path file;
    private String written = "";

    TokenCache(Path file) {
        this.file = file;
    }

    /** Empty when there is none, or none that can be read. */
    List<Token> read() {
        try {
            written = Files.readString(file);
            return JSON.readValue(written, new TypeReference<List<Token>>() {});
        } catch (NoSuchFileException first) {
            return List.of();
        } catch (IOException damaged) {
            log.warn(
                    "{} is damaged and ignored; until the database is reached nobody is let in: {}",
                    file,
                    damaged.toString());
            return List.of();
        }
    }

    void write(List<Token> tokens) {
        try {
            String text = JSON.writeValueAsString(tokens);
            if (!text.equals(written)) {
                PrivateFiles.write(file, text);
                written = text;
            }
        } catch (IOException failure) {
            log.warn(
                    "{} cannot be written; after a restart without the database nobody will be let in: {}",
                    file,
                    failure.toString());
        }
    }
}
