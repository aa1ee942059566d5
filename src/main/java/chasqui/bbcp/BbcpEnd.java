package chasqui.bbcp;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One end of a transfer: a file here, or on another host. bbcp puts the host on ssh's command line and splits paths at
 * line ends, so that what it is shown is held to a narrow form.
 *
 * @param host name or address, IPv6 without brackets; null: this machine
 * @param user on that host; null: as ssh decides
 * @param path absolute
 */
public record BbcpEnd(String host, String user, Path path) {
    /** bbcp's own buffers hold about twice as much, without a check. */
    private static final int LONGEST_PATH_BYTES = 1000;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,199}");
    private static final Pattern ADDRESS = Pattern.compile("(?=[^:]*:[^:]*:)[0-9A-Fa-f:][0-9A-Fa-f:.]{1,63}");

    /** @throws IllegalArgumentException names everything that bbcp must not be shown */
    public BbcpEnd {
        List<String> problems = problems(host, user);
        problem(path).ifPresent(problems::add);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    public static BbcpEnd here(Path path) {
        return new BbcpEnd(null, null, path);
    }

    /**
     * What is wrong with a host and a user, one sentence each; empty: nothing.
     *
     * @param host null: none
     * @param user null: none
     */
    public static List<String> problems(String host, String user) {
        List<String> problems = new ArrayList<>();
        if (host != null && !isHost(host)) {
            problems.add("host \"" + Shown.of(host)
                    + "\" is no name or address: letters, digits, '.', '-', '_', and ':'" + " in an IPv6 address");
        }
        if (user != null && !NAME.matcher(user).matches()) {
            problems.add("user \"" + Shown.of(user) + "\" is no name: letters, digits, '.', '-' and '_'");
        }
        if (user != null && host == null) {
            problems.add("user \"" + Shown.of(user) + "\" without a host");
        }
        return problems;
    }

    private static boolean isHost(String host) {
        return host.indexOf(':') < 0
                ? NAME.matcher(host).matches()
                : ADDRESS.matcher(host).matches();
    }

    private static Optional<String> problem(Path path) {
        String text = path.toString();
        String reason = null;
        if (!path.isAbsolute() || !path.normalize().equals(path)) {
            reason = "is not absolute, or not in its shortest form";
        } else if (text.chars().anyMatch(Character::isISOControl)) {
            reason = "holds a control character, which bbcp takes for the end of a name";
        } else if (text.getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH_BYTES) {
            reason = "is longer than " + LONGEST_PATH_BYTES + " bytes";
        }
        return Optional.ofNullable(reason).map(why -> "path \"" + Shown.of(text) + "\" " + why);
    }

    boolean isHere() {
        return host == null;
    }

    /** Whether the host is an address: then nothing is looked up, which may take long where there is no name server. */
    boolean isAddress() {
        return host != null && (host.indexOf(':') >= 0 || host.matches("[0-9.]+"));
    }

    /** As bbcp reads it. */
    String spec() {
        if (isHere()) {
            return path.toString();
        }
        String at = user == null ? "" : user + "@";
        return at + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + path;
    }

    /** As ssh wants it after its options: the user as an option, the host as the last word. */
    List<String> sshWords() {
        return user == null ? List.of(host) : List.of("-l", user, host);
    }

    @Override
    public String toString() {
        return spec();
    }
}
