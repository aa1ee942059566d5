package chasqui.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What PostgreSQL writes about itself in {@code postmaster.pid}.
 *
 * @param pid process id as the file has it, -1 when there is no file
 * @param ready whether it accepted connections when it wrote the file last
 */
record PostmasterFile(long pid, boolean ready) {
    private static final int STATUS_LINE = 7;

    static PostmasterFile read(Path data) {
        try {
            List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
            boolean ready =
                    lines.size() > STATUS_LINE && lines.get(STATUS_LINE).strip().equals("ready");
            return new PostmasterFile(Long.parseLong(lines.get(0).strip()), ready);
        } catch (IOException | RuntimeException e) {
            // Absent, or caught half-written: the caller looks again.
            return new PostmasterFile(-1, false);
        }
    }

    /** Removes what a server left that runs no more: the number in it may be anybody's by now. */
    static void forget(Path data) throws IOException {
        Files.deleteIfExists(data.resolve("postmaster.pid"));
    }
}
