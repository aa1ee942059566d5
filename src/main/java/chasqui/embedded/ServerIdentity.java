package chasqui.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Under which user PostgreSQL runs, which refuses to be root.
 *
 * <p>An ordinary user stays itself. Root enters a user namespace where it is seen as nobody and its files stay its own;
 * where such namespaces are forbidden (many containers), it becomes user 65534 and keeps of root's powers only the
 * reading and writing of files, so that the home may stay closed to everybody else.
 *
 * @param prefix command to put in front of PostgreSQL's
 * @param owner user id that the data folder must have; -1 for whoever it has
 */
record ServerIdentity(List<String> prefix, int owner) {
    static final ServerIdentity SELF = new ServerIdentity(List.of(), -1);
    static final ServerIdentity NAMESPACE = new ServerIdentity(List.of("unshare", "-U"), 0);
    static final ServerIdentity NOBODY = new ServerIdentity(
            List.of(
                    "setpriv",
                    "--reuid=65534",
                    "--regid=65534",
                    "--clear-groups",
                    // initdb asks access(2), which forgets capabilities otherwise
                    "--securebits=+no_setuid_fixup",
                    "--inh-caps=-all,+dac_override",
                    "--ambient-caps=-all,+dac_override",
                    "--bounding-set=-all,+dac_override"),
            65534);

    static ServerIdentity choose() {
        if (!runningAsRoot()) {
            return SELF;
        }
        if (NAMESPACE.works()) {
            return NAMESPACE;
        }
        if (NOBODY.works()) {
            return NOBODY;
        }
        throw new DatabaseNotStarted("PostgreSQL does not run as root, and this system lets root neither enter a user"
                + " namespace (unshare -U) nor change its user (setpriv): start chasqui as an ordinary user, or set"
                + " chasqui.database.url to a PostgreSQL of your own");
    }

    static boolean runningAsRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException e) {
            throw new DatabaseNotStarted("cannot tell which user this process runs as: " + e, e);
        }
    }

    boolean works() {
        try {
            Process trial = new ProcessBuilder(command(List.of("true")))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!trial.waitFor(10, TimeUnit.SECONDS)) {
                trial.destroyForcibly();
                return false;
            }
            return trial.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseNotStarted("interrupted while starting PostgreSQL", e);
        }
    }

    List<String> command(List<String> program) {
        return Stream.concat(prefix.stream(), program.stream()).toList();
    }

    /** Hands a data folder over that an earlier start made under the other identity. */
    void own(Path data) throws IOException {
        if (owner < 0 || Integer.valueOf(owner).equals(Files.getAttribute(data, "unix:uid"))) {
            return;
        }
        try (Stream<Path> all = Files.walk(data)) {
            // The folder itself comes last: it is what tells that the handing over is complete.
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.setAttribute(path, "unix:uid", owner, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(path, "unix:gid", owner, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }
}
