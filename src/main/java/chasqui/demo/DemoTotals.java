package chasqui.demo;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * The sums of a demo.
 *
 * @param refused files that were not taken, each named with its reason on standard error
 * @param archiveCopies verified copies of packages in long-term archives
 * @param seconds from the start of filing to the end of the last deletion
 */
record DemoTotals(
        long files, long bytes, long refused, long packages, long archiveCopies, long sourceDeleted, double seconds) {
    void write(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("totals");
        json.writeNumberField("files", files);
        json.writeNumberField("bytes", bytes);
        json.writeNumberField("refused", refused);
        json.writeNumberField("packages", packages);
        json.writeNumberField("archive_copies", archiveCopies);
        json.writeNumberField("source_deleted", sourceDeleted);
        json.writeNumberField("seconds", Math.round(seconds * 1000) / 1000.0);
        json.writeEndObject();
    }
}
