package chasqui.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The command {@code bbcp} and nothing around it.
 *
 * @param options of the command
 * @param ssh words that reach the other end, without host and user
 * @param host address of the other end
 */
record BareBbcp(List<String> options, String ssh, String user, String host) {
    /** What the product says as well, where neither streams nor window are given. */
    static List<String> withOptionsOf(chasqui.bbcp.BbcpOptions ours) {
        List<String> options = new ArrayList<>(List.of("-v", "-P", "2", "-y", ours.syncFolder() ? "dd" : "d"));
        options.addAll(List.of("-s", Integer.toString(ours.streams())));
        if (ours.windowBytes() > 0) {
            options.addAll(List.of("-w", Long.toString(ours.windowBytes())));
        }
        return options;
    }

    /**
     * Sends one file and removes what arrived.
     *
     * @return seconds, without the removal
     */
    double send(Path source, Path target) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("bbcp"));
        words.addAll(options);
        words.addAll(
                List.of("-n", "-T", ssh + " -x -a -l %U %H bbcp", source.toString(), user + "@" + host + ":" + target));
        double seconds = PeerCommand.time(words, Map.of("bbcp_CONFIGFN", "/dev/null"));
        if (Files.size(target) != Files.size(source)) {
            throw new IOException(
                    target + ": has " + Files.size(target) + " bytes, " + source + " " + Files.size(source));
        }
        Files.delete(target);
        return seconds;
    }
}
