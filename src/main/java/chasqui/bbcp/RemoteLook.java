package chasqui.bbcp;

import chasqui.process.Command;
import chasqui.process.CommandEnd;
import chasqui.process.CommandRun;
import chasqui.process.Output;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the other end says of itself, asked by the very ssh that bbcp uses.
 *
 * @param reached a command ran there
 * @param said ssh's own last line, or what the remote shell printed before any command; fit to be shown
 * @param facts by name, as the questions below print them
 */
record RemoteLook(boolean reached, String said, Map<String, String> facts) {
    private static final Duration LIMIT = Duration.ofSeconds(45);
    private static final int MOST_BYTES = 16 << 10;
    private static final String UNFINISHED = "--w-------";
    private static final String BEGIN = "chasqui-asks";

    /**
     * Every question stands for itself: one that cannot be answered keeps no other. The names in it come from
     * the topology, and from us, and stand in quotes.
     */
    private static final String QUESTIONS = String.join(
            "; ",
            "LC_ALL=C",
            "export LC_ALL",
            "echo %s",
            "command -v %s >/dev/null 2>&1 && echo bbcp=yes",
            "[ -d %s ] && echo folder=yes",
            "[ -w %s ] && echo writable=yes",
            "[ -f %s ] && echo file=yes",
            "[ -r %s ] && echo readable=yes",
            "set -- $(df -Pk %s 2>/dev/null | tail -n 1)",
            "echo free=$4",
            "echo ls=$(ls -ln %s 2>/dev/null)");

    /** Looks at the file's name and at the folder that it lies in. */
    static RemoteLook at(BbcpEnd end, BbcpOptions options) throws IOException, InterruptedException {
        String folder = quoted(end.path().getParent().toString());
        String file = quoted(end.path().toString());
        String questions =
                QUESTIONS.formatted(BEGIN, quoted(options.remoteCommand()), folder, folder, file, file, folder, file);
        List<String> words = new ArrayList<>(BbcpCommand.ssh(options, end));
        words.add("sh -c " + quoted(questions));
        Output.Kept out = Output.Kept.beginning(MOST_BYTES);
        Output.Kept err = Output.Kept.end(MOST_BYTES);
        CommandEnd ended = CommandRun.run(
                new Command(words, BbcpCommand.sshEnvironment()), CommandRun.Limits.of(LIMIT), () -> 0, out, err);
        String why = ended.how() == CommandEnd.How.EXITED ? err.text() : "no answer within " + LIMIT.toSeconds() + " s";
        return read(out.text(), why);
    }

    private static RemoteLook read(String out, String err) {
        String marker = BEGIN + "\n";
        int begin = out.indexOf(marker);
        if (begin < 0) {
            return new RemoteLook(false, lastLine(err.isBlank() ? out : err), Map.of());
        }
        Map<String, String> facts = new HashMap<>();
        for (String line : out.substring(begin + marker.length()).split("\n")) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                facts.put(line.substring(0, equals), line.substring(equals + 1).strip());
            }
        }
        return new RemoteLook(true, lastLine(out.substring(0, begin)), facts);
    }

    private static String lastLine(String text) {
        return text.lines()
                .map(Shown::of)
                .filter(line -> !line.isEmpty())
                .reduce((first, second) -> second)
                .orElse("");
    }

    /** Why bbcp cannot be used with that host at all; empty: it can. */
    Optional<String> problem(BbcpEnd end, BbcpOptions options) {
        String why = null;
        if (!reached) {
            why = end.host() + " cannot be reached by ssh: " + (said.isEmpty() ? "it said nothing" : said)
                    + "; look at host, user, key and known hosts";
        } else if (!said.isEmpty()) {
            why = "the shell at " + end.host() + " prints text before any command (\"" + said
                    + "\"), which bbcp takes for its other end; make it silent for commands";
        } else if (!is("bbcp")) {
            why = "there is no program " + options.remoteCommand() + " at " + end.host()
                    + "; install bbcp there, or name its full path (option remote_command of the transfer route)";
        }
        return Optional.ofNullable(why);
    }

    boolean is(String fact) {
        return "yes".equals(facts.get(fact));
    }

    /** @return free bytes there; negative where nobody could tell */
    long freeBytes() {
        String kib = facts.getOrDefault("free", "");
        return kib.matches("\\d{1,15}") ? Long.parseLong(kib) << 10 : -1;
    }

    /** Whether the file is there, of this size, and has the mode that bbcp gives as its last act. */
    boolean isComplete(long sizeBytes) {
        String[] columns = facts.getOrDefault("ls", "").split(" +");
        return columns.length > 4
                && columns[0].startsWith("-")
                && !columns[0].startsWith(UNFINISHED)
                && columns[4].equals(Long.toString(sizeBytes));
    }

    /** One word for a POSIX shell, whatever is in it. */
    static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
