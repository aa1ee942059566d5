package chasqui.archive;

import chasqui.storage.Checksum;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.function.Function;

/**
 * The document beside an archived package, from which the database can be rebuilt. Its last line is the SHA-256 of all
 * lines before it, so that {@code head -n -1 NAME.json | sha256sum} checks it with nothing but a shell.
 */
final class ArchiveSidecar {
    static final String FORMAT = "chasqui-archive/1";
    static final String CHECKSUM_LINE = "\"checksum\":\"";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .build();

    private ArchiveSidecar() {}

    /** The files of a package, a page at a time: at most so many, that come after this one (null: the first). */
    interface Files extends Function<SidecarFacts.PackedFile, List<SidecarFacts.PackedFile>> {}

    /** Writes the document; no more than one page of files is in memory at a time. */
    static void write(SidecarFacts facts, Files files, OutputStream out) throws IOException {
        DigestOutputStream digesting = new DigestOutputStream(out, sha256());
        JsonGenerator json = JSON.createGenerator(digesting);
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.setPrettyPrinter(aLineEach());
        json.writeStartObject();
        json.writeStringField("format", FORMAT);
        json.writePOJOField("package", facts.archived());
        json.writePOJOField("observation", facts.observation());
        json.writePOJOField("obscore", facts.obscore());
        json.writePOJOField("provenance", facts.provenance());
        json.writeArrayFieldStart("files");
        List<SidecarFacts.PackedFile> page = files.apply(null);
        while (!page.isEmpty()) {
            for (SidecarFacts.PackedFile file : page) {
                json.writePOJO(file);
            }
            page = files.apply(page.get(page.size() - 1));
        }
        json.writeEndArray();
        json.flush();
        json.close();
        digesting.write(",\n".getBytes(StandardCharsets.US_ASCII));
        Checksum sum = Checksum.sha256(digesting.getMessageDigest().digest());
        out.write((CHECKSUM_LINE + sum + "\"}\n").getBytes(StandardCharsets.US_ASCII));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** One line for each member of the document and for each file; everything deeper stays on its line. */
    private static DefaultPrettyPrinter aLineEach() {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.NONE)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator(""));
        printer.indentObjectsWith(new FirstLevels(1));
        printer.indentArraysWith(new FirstLevels(2));
        return printer;
    }

    /** A line feed down to some depth, nothing below. */
    private static final class FirstLevels extends DefaultIndenter {
        private static final long serialVersionUID = 1L;
        private final int deepest;

        FirstLevels(int deepest) {
            super("", "\n");
            this.deepest = deepest;
        }

        @Override
        public void writeIndentation(JsonGenerator json, int level) throws IOException {
            if (level <= deepest) {
                json.writeRaw('\n');
            }
        }
    }
}
