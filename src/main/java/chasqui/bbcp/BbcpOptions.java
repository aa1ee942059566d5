package chasqui.bbcp;

import chasqui.settings.Settings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How bbcp shall run on one way.
 *
 * @param streams parallel connections, 1 to 16: beyond, the short queue of bbcp's listener drops them at the start
 * @param windowBytes wanted TCP window of each stream, 8 KiB to 1 GiB; 0: bbcp's default
 * @param ports inclusive range for the listening end, such as {@code 5031:5050}; empty: any
 * @param syncFolder flush the folder too, not only the file
 * @param rateLimitBytesPerSecond 1 KiB to 1 GiB; 0: no limit
 * @param ssh program and arguments that reach the other end; no word holds a blank, because bbcp has no quotes
 * @param remoteCommand bbcp at the other end: a name on its PATH, or a full path
 * @param dns whether names are looked up; false where only addresses are used
 */
public record BbcpOptions(
        int streams,
        long windowBytes,
        String ports,
        boolean syncFolder,
        long rateLimitBytesPerSecond,
        List<String> ssh,
        String remoteCommand,
        boolean dns) {
    /** As many streams as fill a long link although the kernel bounds each; the rest as bbcp would do by itself. */
    public static final BbcpOptions DEFAULT = new BbcpOptions(8, 0, "", true, 0, List.of("ssh"), "bbcp", true);

    /** Names of the options that a transfer route may give. */
    public static final Set<String> NAMES =
            Set.of("streams", "window", "ports", "sync", "ssh", "remote_command", "dns");

    /** Which of them this process has settings for. */
    private static final Map<String, String> SETTINGS = Map.of(
            "streams", "chasqui.bbcp.streams",
            "window", "chasqui.bbcp.window",
            "ssh", "chasqui.bbcp.ssh");

    private static final long LEAST_RATE = 1L << 10;
    private static final long MOST_RATE = 1L << 30;
    private static final Pattern PORTS = Pattern.compile("(\\d{1,5})-(\\d{1,5})");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9~/._:=,+@\\[\\]-]{1,400}");
    private static final Pattern PROGRAM = Pattern.compile("[A-Za-z0-9/._+][A-Za-z0-9/._+-]{0,399}");

    public BbcpOptions {
        ssh = List.copyOf(ssh);
    }

    /** The same with a limit; what bbcp cannot express becomes the nearest it can. */
    public BbcpOptions limitedTo(Long bytesPerSecond) {
        long rate = bytesPerSecond == null || bytesPerSecond > MOST_RATE ? 0 : Math.max(LEAST_RATE, bytesPerSecond);
        return new BbcpOptions(streams, windowBytes, ports, syncFolder, rate, ssh, remoteCommand, dns);
    }

    /**
     * What a transfer route asks for.
     *
     * @param options by name; what is not named stays as it is here
     * @param problems told everything that is wrong, one sentence each
     */
    public BbcpOptions with(Map<String, String> options, Collection<String> problems) {
        new TreeSet<>(options.keySet())
                .stream()
                        .filter(name -> !NAMES.contains(name))
                        .forEach(name -> problems.add(
                                name + ": bbcp has no such option; it has " + String.join(", ", new TreeSet<>(NAMES))));
        Reading read = new Reading(options, problems::add);
        return new BbcpOptions(
                read.streams(streams),
                read.window(windowBytes),
                read.ports(ports),
                read.sync(syncFolder),
                rateLimitBytesPerSecond,
                read.ssh(ssh),
                read.remoteCommand(remoteCommand),
                read.dns(dns));
    }

    /** The settings of this process: what holds where a route says nothing. */
    public static BbcpOptions from(Settings settings) {
        Map<String, String> set = new HashMap<>();
        SETTINGS.forEach((name, key) -> {
            if (!settings.text(key).isEmpty()) {
                set.put(name, settings.text(key));
            }
        });
        List<String> problems = new ArrayList<>();
        BbcpOptions read = DEFAULT.with(set, problems);
        for (String problem : problems) {
            int colon = problem.indexOf(':');
            settings.refuse(SETTINGS.get(problem.substring(0, colon)), problem.substring(colon + 2));
        }
        return read;
    }

    private record Reading(Map<String, String> options, Consumer<String> problems) {
        int streams(int otherwise) {
            String text = options.get("streams");
            if (text == null) {
                return otherwise;
            }
            int streams = text.matches("\\d{1,3}") ? Integer.parseInt(text) : 0;
            return streams >= 1 && streams <= 16 ? streams : wrong("streams", "1 to 16", otherwise);
        }

        long window(long otherwise) {
            String text = options.get("window");
            if (text == null) {
                return otherwise;
            }
            Long bytes = Settings.parseBytes(text);
            return bytes != null && bytes >= 8 << 10 && bytes <= 1 << 30
                    ? bytes
                    : wrong("window", "a size from 8KiB to 1GiB, such as 16MiB", otherwise);
        }

        String ports(String otherwise) {
            String text = options.get("ports");
            if (text == null) {
                return otherwise;
            }
            Matcher range = PORTS.matcher(text);
            if (range.matches()) {
                int low = Integer.parseInt(range.group(1));
                int high = Integer.parseInt(range.group(2));
                if (low >= 1024 && low <= high && high <= 65535) {
                    return low + ":" + high;
                }
            }
            return wrong("ports", "two ports from 1024 to 65535, such as 5031-5050", otherwise);
        }

        boolean sync(boolean otherwise) {
            String text = options.getOrDefault("sync", otherwise ? "folder" : "file");
            return text.equals("folder") || text.equals("file")
                    ? text.equals("folder")
                    : wrong("sync", "file or folder", otherwise);
        }

        List<String> ssh(List<String> otherwise) {
            String text = options.get("ssh");
            if (text == null) {
                return otherwise;
            }
            List<String> words = List.of(text.trim().split(" +"));
            return words.stream().allMatch(word -> WORD.matcher(word).matches())
                            && !words.get(0).startsWith("-")
                            && !runsSomething(words)
                    ? words
                    : wrong(
                            "ssh",
                            "ssh and its arguments without quotes, '%' or commands, such as ssh -p 2222 -i /etc/chasqui/key",
                            otherwise);
        }

        String remoteCommand(String otherwise) {
            String text = options.get("remote_command");
            return text == null || PROGRAM.matcher(text).matches()
                    ? text == null ? otherwise : text
                    : wrong("remote_command", "the name or full path of bbcp at the other end", otherwise);
        }

        boolean dns(boolean otherwise) {
            String text = options.getOrDefault("dns", Boolean.toString(otherwise));
            return text.equals("true") || text.equals("false")
                    ? Boolean.parseBoolean(text)
                    : wrong("dns", "true or false", otherwise);
        }

        /** Options of ssh that start programs, or leave one behind that outlives the transfer. */
        private static boolean runsSomething(List<String> words) {
            String line = String.join(" ", words).toLowerCase(java.util.Locale.ROOT);
            return line.contains("command=") || line.contains("controlmaster") || line.contains("controlpersist");
        }

        private <T> T wrong(String name, String wanted, T otherwise) {
            problems.accept(name + ": \"" + options.get(name) + "\" will not do; wants " + wanted);
            return otherwise;
        }
    }
}
