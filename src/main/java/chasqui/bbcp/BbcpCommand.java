package chasqui.bbcp;

import chasqui.process.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One run of bbcp: a literal list of arguments that no shell sees.
 *
 * @param program bbcp on this machine, a name on the PATH or a full path
 * @param source the file to read
 * @param target the name to write, that nothing has
 * @param sizeBytes of the source
 * @param longest after which bbcp gives up by itself where it is told to, see below; whole seconds
 */
public record BbcpCommand(
        String program, BbcpEnd source, BbcpEnd target, long sizeBytes, BbcpOptions options, Duration longest) {
    /** bbcp's settings come from here alone: no file of the user's home is read. */
    static final Map<String, String> NO_SETTINGS_FILE = Map.of("bbcp_CONFIGFN", "/dev/null");

    private static final String SSH_AGENT = "SSH_AUTH_SOCK";

    /** What is said to ssh after the words of the operator: no questions, no idle waiting, nothing left running. */
    private static final List<String> SSH_MANNERS = List.of(
            "-x",
            "-a",
            "-oBatchMode=yes",
            "-oConnectTimeout=20",
            "-oServerAliveInterval=15",
            "-oServerAliveCountMax=4",
            "-oControlMaster=no",
            "-oControlPath=none",
            "-oLogLevel=ERROR");

    /** The period of progress lines is one second less; 1 would be a flood. */
    private static final String PROGRESS_EVERY = "2";

    /**
     * Of a smaller file bbcp may have finished before its time limit begins, and then it waits for that limit to pass:
     * seen with 16 of 300 files of 4 KiB on a busy machine, with none without the option, with none of 200 MB.
     */
    private static final long LEAST_TO_LIMIT = 64L << 20;

    public BbcpCommand {
        if (!source.isHere() && !target.isHere()) {
            throw new IllegalArgumentException(
                    "one end must be here, but both are elsewhere: " + source + " and " + target);
        }
    }

    Command asCommand() {
        Map<String, String> environment = new HashMap<>(NO_SETTINGS_FILE);
        environment.putAll(sshEnvironment());
        return new Command(words(), environment);
    }

    /** ssh may ask an agent for keys; of our own environment it gets nothing else. */
    static Map<String, String> sshEnvironment() {
        String agent = System.getenv(SSH_AGENT);
        return agent == null ? Map.of() : Map.of(SSH_AGENT, agent);
    }

    /** The time in which even a slow link moves so many bytes; what is still running then has been forgotten. */
    public static Duration longestFor(long sizeBytes, long slowestBytesPerSecond) {
        return Duration.ofMinutes(10).plusSeconds(sizeBytes / Math.max(1, slowestBytesPerSecond));
    }

    /** The end that is on another host; null when both are here. */
    BbcpEnd remote() {
        if (source.isHere()) {
            return target.isHere() ? null : target;
        }
        return source;
    }

    /** The words that run a command at the other end; the command follows. */
    static List<String> ssh(BbcpOptions options, BbcpEnd end) {
        List<String> words = new ArrayList<>(options.ssh());
        words.addAll(SSH_MANNERS);
        words.addAll(end.sshWords());
        return words;
    }

    /** Program and arguments. */
    List<String> words() {
        List<String> words = new ArrayList<>(List.of(program, "-v", "-P", PROGRESS_EVERY));
        words.addAll(List.of("-s", Integer.toString(options.streams())));
        if (options.windowBytes() > 0) {
            // Fixed by the '=': without it the kernel goes on choosing, and what was asked for has no effect.
            words.addAll(List.of("-w", "=" + options.windowBytes()));
        }
        if (!options.ports().isEmpty()) {
            words.addAll(List.of("-Z", options.ports()));
        }
        if (options.rateLimitBytesPerSecond() > 0) {
            words.addAll(List.of("-x", Long.toString(options.rateLimitBytesPerSecond())));
        }
        words.addAll(List.of("-y", options.syncFolder() ? "dd" : "d"));
        if (sizeBytes >= LEAST_TO_LIMIT) {
            words.addAll(List.of("-t", Long.toString(longest.toSeconds())));
        }
        if (!options.dns() || (remote() != null && remote().isAddress())) {
            words.add("-n");
        }
        if (remote() != null) {
            List<String> start = new ArrayList<>(ssh(options, remote()));
            start.add(options.remoteCommand());
            words.add(source.isHere() ? "-T" : "-S");
            words.add(String.join(" ", start));
        }
        if (!source.isHere()) {
            // The other end listens: whoever runs this may be behind a firewall.
            words.add("-z");
        }
        words.add(source.spec());
        words.add(target.spec());
        return words;
    }
}
