package chasqui.archive;

import chasqui.storage.Checksum;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;

/** Reads a document that lies where a sidecar belongs, and says whether it is one. Whatever it holds, memory is bounded. */
final class SidecarCheck {
    /** The head of a sidecar, up to its observation, is a few hundred bytes. */
    private static final int HEAD_BYTES = 16 << 10;

    private static final int LONGEST_LAST_LINE = 200;
    private static final JsonFactory JSON = new JsonFactory();

    private SidecarCheck() {}

    /** Whether this is an undamaged sidecar of that package. */
    static boolean describes(InputStream document, String packageName, Checksum sha256) throws IOException {
        MessageDigest digest = ArchiveSidecar.sha256();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean lineTooLong = false;
        try (InputStream in = new BufferedInputStream(document, 64 << 10)) {
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (head.size() < HEAD_BYTES) {
                    head.write(b);
                }
                if (line.size() == LONGEST_LAST_LINE) {
                    digest.update(line.toByteArray());
                    line.reset();
                    lineTooLong = true;
                }
                line.write(b);
                if (b == '\n' && !isLast(in)) {
                    digest.update(line.toByteArray());
                    line.reset();
                    lineTooLong = false;
                }
            }
        }
        String wanted = ArchiveSidecar.CHECKSUM_LINE + Checksum.sha256(digest.digest()) + "\"}\n";
        return !lineTooLong
                && line.toString(StandardCharsets.UTF_8).equals(wanted)
                && isAbout(head.toByteArray(), packageName, sha256);
    }

    private static boolean isLast(InputStream in) throws IOException {
        in.mark(1);
        boolean last = in.read() < 0;
        in.reset();
        return last;
    }

    private static boolean isAbout(byte[] head, String packageName, Checksum sha256) throws IOException {
        Map<String, String> found = new HashMap<>();
        try (JsonParser json = JSON.createParser(head)) {
            String in = "";
            while (json.nextToken() != null && !found.containsKey("package.sha256")) {
                if (json.currentToken() == JsonToken.START_OBJECT && json.currentName() != null) {
                    in = json.currentName() + ".";
                } else if (json.currentToken() == JsonToken.VALUE_STRING) {
                    found.put(in + json.currentName(), json.getText());
                }
            }
        } catch (JacksonException noSidecar) {
            return false;
        }
        return ArchiveSidecar.FORMAT.equals(found.get("format"))
                && packageName.equals(found.get("package.name"))
                && sha256.toString().equals(found.get("package.sha256"));
    }
}
