package chasqui.queue.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the runbook tells operators to give to Redis. */
final class Runbook {
    private static final String ACL = "ACL SETUSER ";

    private Runbook() {}

    /** The words of the command that makes Chasqui's user. */
    static List<String> acl() throws IOException {
        return Files.readAllLines(Path.of("docs/runbook.md")).stream()
                .filter(line -> line.startsWith(ACL))
                .map(line -> List.of(line.split(" ")))
                .findFirst()
                .orElseThrow();
    }
}
