package chasqui.testing;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * STAND-IN for bbcp 15.02.03.01.1, for machines without it. As the real one, a run is a controller that starts two agents
 * (SNK writes, SRC reads; one of them perhaps by ssh), tells them over their stdin what to do, and waits; the agents join
 * by TCP and go on when the controller is gone. Codes, messages, modes and left-overs are those that were observed of the
 * real one; {@code BbcpContract} holds both to them.
 */
public final class BbcpStandIn {
    private static final Set<PosixFilePermission> UNFINISHED = PosixFilePermissions.fromString("-w-------");
    private static final List<String> WITH_VALUE = List.of("-s", "-w", "-Z", "-x", "-y", "-t", "-P", "-S", "-T", "-m");
    private static final List<String> ALONE = List.of("-v", "-n", "-z", "-f", "-F", "-k", "-V", "-e");
    private static final int BLOCK = 256 << 10;

    private BbcpStandIn() {}

    /** Ends the program with this code after saying why. */
    private static final class Ending extends Exception {
        private static final long serialVersionUID = 1L;
        private final int code;

        Ending(int code, String message) {
            super(message);
            this.code = code;
        }
    }

    public static void main(String[] arguments) throws Exception {
        int code;
        try {
            code = switch (arguments.length == 0 ? "" : arguments[arguments.length - 1]) {
                case "SNK" -> Agent.read(System.in).sink();
                case "SRC" -> Agent.read(System.in).source();
                case "--version" -> version();
                default -> new Controller(arguments).run();
            };
        } catch (Ending ending) {
            say("bbcp: " + ending.getMessage());
            code = ending.code;
        }
        // Not exit(): nothing that waits for a stream may keep an agent alive.
        Runtime.getRuntime().halt(code);
    }

    private static int version() {
        System.out.println("15.02.03.01.1 (stand-in)");
        System.out.flush();
        return 0;
    }

    static void say(String text) {
        System.err.println(text);
        System.err.flush();
    }

    private static final class Controller {
        private final Map<String, String> options = new LinkedHashMap<>();
        private final List<String> specs = new ArrayList<>();

        Controller(String[] arguments) throws Exception {
            String config = System.getenv("bbcp_CONFIGFN");
            Path file = config == null ? Path.of(System.getProperty("user.home"), ".bbcp.cf") : Path.of(config);
            if (Files.isReadable(file)) {
                List<String> words = new ArrayList<>();
                for (String line : Files.readAllLines(file)) {
                    words.addAll(List.of(line.trim().split(" +")));
                }
                words.removeIf(String::isEmpty);
                parse(words);
            }
            parse(Arrays.asList(arguments));
        }

        private void parse(List<String> words) throws Ending {
            for (int i = 0; i < words.size(); i++) {
                String word = words.get(i);
                if (!word.startsWith("-")) {
                    // A line end ends a name: what follows is another one.
                    specs.addAll(List.of(word.split("\n")));
                } else if (WITH_VALUE.contains(word) && i + 1 < words.size()) {
                    options.put(word, words.get(++i));
                } else if (ALONE.contains(word)) {
                    options.put(word, "");
                } else {
                    System.out.println("Usage: bbcp [Options] [Inspec] Outspec");
                    System.out.flush();
                    throw new Ending(255, "invalid option " + word);
                }
            }
            number("-s", "streams", 1, 64);
            options.computeIfPresent("-w", (w, size) -> size.replaceFirst("^=", ""));
            number("-w", "window size", 8192, 1 << 30);
            number("-x", "transfer rate", 1024, 1 << 30);
            number("-P", "progress interval", 1, Integer.MAX_VALUE);
            number("-t", "time limit", 1, 1 << 30);
            if (!List.of("d", "dd").contains(options.getOrDefault("-y", "d"))) {
                throw new Ending(1, "Invalid sync option - " + options.get("-y"));
            }
        }

        private void number(String option, String name, long least, long most) throws Ending {
            String text = options.get(option);
            if (text != null) {
                long value = text.matches("\\d{1,12}[kmg]?") ? size(text) : -1;
                if (value < least || value > most) {
                    throw new Ending(1, "Invalid " + name + " - " + text);
                }
            }
        }

        int run() throws Exception {
            if (specs.size() != 2) {
                throw new Ending(1, "Copy source or target not specified.");
            }
            Spec source = Spec.of(specs.get(0));
            Spec target = Spec.of(specs.get(1));
            boolean sourceListens = options.containsKey("-z");
            Process first = sourceListens ? start(source, "-S", "SRC") : start(target, "-T", "SNK");
            tell(first, sourceListens ? source : target, "", 0);
            BufferedReader said =
                    new BufferedReader(new InputStreamReader(first.getInputStream(), StandardCharsets.UTF_8));
            String answer = said.readLine();
            if (answer != null && !answer.startsWith("200 Port: ")) {
                // Text that a shell there printed before: no agent speaks so.
                first.destroyForcibly();
                say("bbcp: bbcp unexpectedly terminated on " + (sourceListens ? source : target).host);
                return 255;
            }
            if (answer == null) {
                return ended(first, sourceListens ? source : target);
            }
            Process second = sourceListens ? start(target, "-T", "SNK") : start(source, "-S", "SRC");
            Spec listening = sourceListens ? source : target;
            tell(
                    second,
                    sourceListens ? target : source,
                    listening.host == null ? "127.0.0.1" : listening.host.replaceAll("[\\[\\]]", ""),
                    Integer.parseInt(answer.substring("200 Port: ".length()).trim()));
            int code = ended(first, listening);
            int other = ended(second, sourceListens ? target : source);
            Thread.sleep(1000);
            // The agent that knows the reason ends with it; the one that only lost its connection with 128.
            return code == 0 || (code == 128 && other != 0) ? other : code;
        }

        private static int ended(Process agent, Spec at) throws Exception {
            int code = agent.waitFor();
            if (code == 127 || code == 255 || code > 128 + 1 && code < 128 + 16) {
                say("bbcp: bbcp unexpectedly terminated on " + (at.host == null ? "localhost" : at.host));
                return 255;
            }
            return code;
        }

        private Process start(Spec spec, String option, String role) throws IOException {
            List<String> words = new ArrayList<>();
            if (spec.host == null && spec.user == null) {
                words.add(System.getenv("BBCP_STAND_IN"));
            } else {
                String way = options.getOrDefault(option, "ssh -x -a -oFallBackToRsh=no %4 %I -l %U %H bbcp");
                for (String word : way.split(" +")) {
                    switch (word) {
                        case "%4", "%I" -> {}
                        case "%U" -> words.add(spec.user);
                        case "%H" -> words.add(spec.host);
                        default -> words.add(word);
                    }
                }
            }
            words.add(role);
            return new ProcessBuilder(words)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        }

        private void tell(Process agent, Spec spec, String host, int port) {
            try {
                DataOutputStream out = new DataOutputStream(agent.getOutputStream());
                out.writeInt(options.size());
                for (Map.Entry<String, String> option : options.entrySet()) {
                    out.writeUTF(option.getKey());
                    out.writeUTF(option.getValue());
                }
                out.writeUTF(spec.path);
                out.writeUTF(host);
                out.writeInt(port);
                // Not closed: an agent does not end when its controller does.
                out.flush();
            } catch (IOException agentIsGone) {
                say("bbcp: Broken pipe writing to stream.");
            }
        }
    }

    private record Spec(String user, String host, String path) {
        static Spec of(String text) {
            String user = null;
            String host = null;
            String rest = text;
            int slash = rest.indexOf('/');
            int at = rest.indexOf('@');
            if (at >= 0 && (slash < 0 || at < slash)) {
                user = rest.substring(0, at);
                rest = rest.substring(at + 1);
            }
            int colon = rest.startsWith("[") ? rest.indexOf("]:") + 1 : rest.indexOf(':');
            slash = rest.indexOf('/');
            if (colon > 0 && (slash < 0 || colon < slash)) {
                host = rest.substring(0, colon);
                rest = rest.substring(colon + 1);
            }
            return new Spec(user, host, rest);
        }
    }

    private static long size(String text) {
        char last = text.charAt(text.length() - 1);
        return Character.isDigit(last)
                ? Long.parseLong(text)
                : Long.parseLong(text.substring(0, text.length() - 1)) << (10 * ("kmg".indexOf(last) + 1));
    }

    /** One end: SNK or SRC. */
    private record Agent(Map<String, String> options, Path path, String host, int port) {
        static Agent read(InputStream stdin) throws IOException {
            DataInputStream in = new DataInputStream(stdin);
            Map<String, String> options = new LinkedHashMap<>();
            for (int count = in.readInt(); count > 0; count--) {
                options.put(in.readUTF(), in.readUTF());
            }
            return new Agent(options, Path.of(in.readUTF()), in.readUTF(), in.readInt());
        }

        /** The agent that was started first listens and says where; the second connects to it. */
        private Socket join() throws Exception {
            if (port > 0) {
                return new Socket(host, port);
            }
            int low = 0;
            int high = 0;
            String range = options.get("-Z");
            if (range != null) {
                low = Integer.parseInt(range.substring(0, range.indexOf(':')));
                high = Integer.parseInt(range.substring(range.indexOf(':') + 1));
            }
            for (int candidate = low; candidate <= high; candidate++) {
                try (ServerSocket listening = new ServerSocket(candidate, 8, InetAddress.getByName("0.0.0.0"))) {
                    System.out.println("200 Port: " + listening.getLocalPort());
                    System.out.flush();
                    listening.setSoTimeout(30_000);
                    return listening.accept();
                } catch (java.net.BindException taken) {
                    // The next one of the range.
                } catch (java.net.SocketTimeoutException nobody) {
                    throw new Ending(2, "Accept timed out on port");
                }
            }
            throw new Ending(98, "Unable to bind to any port in " + range);
        }

        int source() throws Exception {
            long begun = System.nanoTime();
            long limit =
                    options.containsKey("-t") ? Long.parseLong(options.get("-t")) : Long.MAX_VALUE / 2_000_000_000L;
            long rate = options.containsKey("-x") ? size(options.get("-x")) : Long.MAX_VALUE;
            try (Socket socket = join()) {
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                if (!Files.exists(path)) {
                    throw new Ending(2, "No such file or directory processing " + path);
                }
                if (Files.isDirectory(path)) {
                    throw new Ending(2, path + " is a directory.");
                }
                try (FileChannel file = FileChannel.open(path)) {
                    long total = file.size();
                    out.writeLong(total);
                    out.flush();
                    ByteBuffer block = ByteBuffer.allocate(BLOCK);
                    long sent = 0;
                    while (file.read(block.clear()) > 0) {
                        sent += block.position();
                        if (sent > total) {
                            throw new Ending(128, "Error -64000 writing " + path);
                        }
                        out.write(block.array(), 0, block.position());
                        pause(begun, sent, rate);
                        if (System.nanoTime() - begun > limit * 1_000_000_000L) {
                            throw new Ending(128, "Time limit exceeded");
                        }
                    }
                    if (sent < total) {
                        throw new Ending(128, "Error -64000 writing " + path);
                    }
                }
                // As many bytes as there were at first are not enough: the sink waits for this.
                out.write(0);
                out.flush();
                // The sink tells that all is written.
                return socket.getInputStream().read() == 0 ? 0 : 128;
            } catch (AccessDeniedException denied) {
                throw new Ending(13, "Permission denied opening " + path);
            } catch (IOException broken) {
                throw new Ending(128, "Broken pipe writing data.");
            }
        }

        private static void pause(long begun, long sent, long rate) throws InterruptedException {
            if (rate < Long.MAX_VALUE) {
                long due = begun + (long) (sent * 1e9 / rate);
                long early = (due - System.nanoTime()) / 1_000_000;
                if (early > 0) {
                    Thread.sleep(early);
                }
            }
        }

        int sink() throws Exception {
            try (Socket socket = join()) {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                long total;
                try {
                    total = in.readLong();
                } catch (EOFException sourceIsGone) {
                    return 128;
                }
                Set<PosixFilePermission> mode = create(total);
                long[] done = {0};
                Thread progress = progress(total, done);
                long begun = System.nanoTime();
                try {
                    write(in, total, done);
                } catch (IOException failure) {
                    Files.deleteIfExists(path);
                    boolean full = String.valueOf(failure.getMessage()).contains("No space left");
                    throw full
                            ? new Ending(256 - 28, "No space left on device writing " + path)
                            : new Ending(128, "lost");
                }
                if (progress != null) {
                    progress.interrupt();
                }
                Files.setPosixFilePermissions(path, mode);
                if (options.containsKey("-v")) {
                    double seconds = (System.nanoTime() - begun) / 1e9;
                    say("File %s created; %d bytes at %.1f MB/s".formatted(path, total, total / seconds / (1 << 20)));
                    say("1 file copied at effectively %.1f MB/s".formatted(total / (seconds + 1) / (1 << 20)));
                }
                socket.getOutputStream().write(0);
                return 0;
            }
        }

        private Set<PosixFilePermission> create(long total) throws Exception {
            Path folder = path.getParent();
            if (Files.exists(path)) {
                throw new Ending(22, "File " + path + " already exists.");
            }
            if (!Files.isDirectory(folder)) {
                throw new Ending(2, "Target directory " + path + " not found");
            }
            if (!options.containsKey("-F") && Files.getFileStore(folder).getUsableSpace() < total) {
                throw new Ending(28, "Insufficient space to copy all the files from [::ffff:127.0.0.1]");
            }
            try {
                Files.createFile(path);
            } catch (AccessDeniedException denied) {
                throw new Ending(13, "Permission denied opening " + path);
            } catch (FileAlreadyExistsException raced) {
                throw new Ending(22, "File " + path + " already exists.");
            } catch (NoSuchFileException gone) {
                throw new Ending(2, "Target directory " + path + " not found");
            }
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(path);
            mode.retainAll(PosixFilePermissions.fromString("rw-r--r--"));
            if (options.containsKey("-v") || options.containsKey("-P")) {
                say("bbcp: Creating " + path);
            }
            return mode;
        }

        private void write(DataInputStream in, long total, long[] done) throws IOException {
            byte[] block = new byte[BLOCK];
            try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
                Files.setPosixFilePermissions(path, UNFINISHED);
                for (int count; (count = in.read(block, 0, (int) Math.min(block.length, total - done[0]))) > 0; ) {
                    ByteBuffer bytes = ByteBuffer.wrap(block, 0, count);
                    while (bytes.hasRemaining()) {
                        file.write(bytes);
                    }
                    synchronized (done) {
                        done[0] += count;
                    }
                }
                if (done[0] != total || in.read() != 0) {
                    throw new EOFException();
                }
                if (options.containsKey("-y")) {
                    file.force(true);
                }
            }
        }

        /** The period is a second less than asked for; none is a flood. */
        private Thread progress(long total, long[] done) {
            if (!options.containsKey("-P")) {
                return null;
            }
            long period = Math.max(2, (Long.parseLong(options.get("-P")) - 1) * 1000);
            Thread thread = new Thread(() -> {
                long begun = System.nanoTime();
                long before = 0;
                long last = begun;
                try {
                    while (true) {
                        Thread.sleep(period);
                        long now = System.nanoTime();
                        long bytes;
                        synchronized (done) {
                            bytes = done[0];
                        }
                        String line = "bbcp: %s  %d%% done; "
                                .formatted(
                                        LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyMMdd HH:mm:ss")),
                                        bytes * 100 / Math.max(1, total));
                        String average = scaled(bytes / ((now - begun) / 1e9));
                        say(
                                options.containsKey("-v")
                                        ? line + scaled((bytes - before) / ((now - last) / 1e9)) + ", avg " + average
                                        : line + average);
                        before = bytes;
                        last = now;
                    }
                } catch (InterruptedException finished) {
                    // All bytes are there.
                }
            });
            thread.setDaemon(true);
            thread.start();
            return thread;
        }

        private static String scaled(double rate) {
            int unit = 0;
            double value = rate;
            while (value >= 1024 && unit < 4) {
                value /= 1024;
                unit++;
            }
            return "%.1f %sB/s".formatted(value, unit == 0 ? "" : "KMGT".substring(unit - 1, unit));
        }
    }
}
