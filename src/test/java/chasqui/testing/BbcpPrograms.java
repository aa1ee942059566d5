package chasqui.testing;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** bbcp for tests: the real one where it is installed, and a stand-in that is everywhere. */
public final class BbcpPrograms {
    private BbcpPrograms() {}

    /** Skips the test, loudly, where the real one is not installed. */
    public static Path real() {
        assumeThat(Sshd.find("bbcp"))
                .as("SKIPPED: the real bbcp is not on the PATH; only its stand-in was tried")
                .isPresent();
        return Sshd.find("bbcp").orElseThrow();
    }

    /**
     * The stand-in, or with {@code -Dtest.bbcp=real} the real one: for tests that take too long to be run with both.
     *
     * @param folder gets the program, where it is the stand-in
     */
    public static Path chosen(Path folder) throws IOException {
        String wanted = System.getProperty("test.bbcp", "stand-in");
        return switch (wanted) {
            case "stand-in" -> standIn(folder);
            case "real" -> real();
            default -> throw new IllegalArgumentException("test.bbcp is real or stand-in, not " + wanted);
        };
    }

    /**
     * A program that starts {@link BbcpStandIn}.
     *
     * @param folder gets the program
     */
    public static Path standIn(Path folder) throws IOException {
        Path program = folder.resolve("bbcp-stand-in");
        Path classes = Path.of(BbcpStandIn.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        Files.writeString(program, """
                #!/bin/sh
                LC_ALL=C.UTF-8 BBCP_STAND_IN='%s' exec '%s/bin/java' -Xmx48m -Xshare:auto -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
                -cp '%s' chasqui.testing.BbcpStandIn "$@"
                """.formatted(program, System.getProperty("java.home"), classes));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program;
    }
}
