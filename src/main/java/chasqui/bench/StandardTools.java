package chasqui.bench;

import chasqui.storage.Checksum;
import chasqui.storage.Fingerprint;
import chasqui.storage.PackageEntry;
import chasqui.storage.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The peer: {@code tools/pack_bar.sh}, a pipeline of tar, tee, openssl, xxhsum and dd. */
final class StandardTools {
    private static final Map<String, String> PACKAGE_OF = Map.of(
            "bash",
            "bash",
            "tar",
            "tar",
            "openssl",
            "openssl",
            "xxhsum",
            "xxhash",
            "dd",
            "coreutils",
            "xargs",
            "findutils");
    private static final Pattern DIGEST_LINE = Pattern.compile("([0-9a-f]{16})  \\./(.*)");
    private static final long LIMIT_MINUTES = 30;

    private final Path script;

    /** @throws BenchImpossible the script or one of its tools is missing; names what to install */
    StandardTools() throws IOException {
        script = ProjectTool.find("pack_bar.sh");
        InstalledTools.require(PACKAGE_OF);
    }

    /** Packs once; checks every file's digest, and where asked the archive's. */
    double pack(PackagingSet set, Path out, boolean checkArchive) throws IOException, InterruptedException {
        double seconds = run(set.folder(), out);
        checkFiles(set, out);
        if (checkArchive) {
            String said = Files.readString(out.resolve("p.sha")).strip();
            Checksum found =
                    Fingerprint.take(out.resolve("p.tar"), Progress.NONE).sha256();
            if (!said.endsWith("= " + found.hex())) {
                throw new IOException(script + ": openssl said " + said + ", the archive has " + found);
            }
        }
        return seconds;
    }

    private double run(Path source, Path out) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bash", script.toString(), source.toString(), out.toString())
                .redirectErrorStream(true)
                .start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException(script + ": failed: " + said);
            }
            return Double.parseDouble(said.substring(said.lastIndexOf('\n') + 1));
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
    }

    private void checkFiles(PackagingSet set, Path out) throws IOException {
        Map<String, String> found = new HashMap<>();
        for (String line : Files.readAllLines(out.resolve("p.xxh"))) {
            Matcher digest = DIGEST_LINE.matcher(line);
            if (!digest.matches()) {
                throw new IOException(script + ": xxhsum said what is no digest: '" + line + "'");
            }
            found.put(digest.group(2), digest.group(1));
        }
        for (PackageEntry entry : set.entries()) {
            if (!entry.xxHash64().hex().equals(found.get(entry.path().encoded()))) {
                throw new IOException(script + ": " + entry.path() + " has " + entry.xxHash64() + ", xxhsum said "
                        + found.get(entry.path().encoded()));
            }
        }
    }
}
