package chasqui.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * A proxy between an S3 client and a real S3 server that does, on demand, what networks and stores do at their worst:
 * the next so many requests that match are answered wrongly, late, or not at all. Everything else passes unchanged.
 */
public final class S3Faults implements AutoCloseable {
    private static final int BLOCK = 64 << 10;

    private final ServerSocket listener;
    private final URI server;
    private final List<Request> seen = new CopyOnWriteArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** A request as it came. */
    public record Request(String method, String target, Map<String, String> headers) {
        public boolean isPart() {
            return method.equals("PUT") && target.contains("partNumber=");
        }

        public boolean completes() {
            return method.equals("POST") && target.contains("uploadId=");
        }

        public boolean puts(String key) {
            return method.equals("PUT") && path().endsWith("/" + key) && !target.contains("partNumber=");
        }

        public boolean gets(String key) {
            return method.equals("GET") && path().endsWith("/" + key);
        }

        private String path() {
            return target.contains("?") ? target.substring(0, target.indexOf('?')) : target;
        }
    }

    /** What is done to a request that matches. */
    public interface Fault {
        void apply(Exchange exchange) throws IOException;
    }

    private static final class Rule {
        private final Predicate<Request> matches;
        private final Fault fault;
        private int left;

        Rule(int times, Predicate<Request> matches, Fault fault) {
            this.left = times;
            this.matches = matches;
            this.fault = fault;
        }
    }

    /** @param server to pass requests on to */
    public S3Faults(URI server) throws IOException {
        this.server = server;
        this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    public String endpoint() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** The next {@code times} requests that match get the fault; earlier rules go first. */
    public synchronized void next(int times, Predicate<Request> matches, Fault fault) {
        rules.add(new Rule(times, matches, fault));
    }

    /** Forgets all rules and all that was seen. */
    public synchronized void reset() {
        rules.clear();
        seen.clear();
    }

    public long count(Predicate<Request> matches) {
        return seen.stream().filter(matches).count();
    }

    /** Faults whose rule has not been used up. */
    public synchronized int unused() {
        return rules.stream().mapToInt(rule -> rule.left).sum();
    }

    /** An error of the store itself. */
    public static Fault answer(int status, String code) {
        return answer(status, code, Map.of());
    }

    public static Fault answer(int status, String code, Map<String, String> headers) {
        return exchange -> exchange.answerInstead(status, code, headers);
    }

    /** The store does it, and the answer is lost. */
    public static Fault loseAnswer() {
        return exchange -> {
            exchange.forward();
            exchange.readResponseHead();
            exchange.fromServer.transferTo(OutputStream.nullOutputStream());
        };
    }

    /** The connection is cut after so many bytes of the client's body. */
    public static Fault cutRequest(long bytes) {
        return exchange -> exchange.readBody(bytes);
    }

    /** The connection is cut after so many bytes of the answer's body; its head promised all. */
    public static Fault cutResponse(long bytes) {
        return exchange -> {
            exchange.forward();
            exchange.respond(exchange.readResponseHead(), bytes, -1);
        };
    }

    /** The answer's body comes in pieces of so many bytes, with a pause before each. */
    public static Fault slowly(int bytes, Duration pause) {
        return exchange -> {
            exchange.forward();
            Exchange.write(exchange.client.getOutputStream(), exchange.readResponseHead());
            byte[] piece = new byte[bytes];
            for (int got = exchange.fromServer.readNBytes(piece, 0, bytes);
                    got > 0;
                    got = exchange.fromServer.readNBytes(piece, 0, bytes)) {
                LockSupport.parkNanos(pause.toNanos());
                exchange.client.getOutputStream().write(piece, 0, got);
            }
        };
    }

    /** One bit of the answer's body is another than the store has. */
    public static Fault flipInResponse(long at) {
        return exchange -> {
            exchange.forward();
            exchange.respond(exchange.readResponseHead(), Long.MAX_VALUE, at);
        };
    }

    /** The answer says something else in a header. */
    public static Fault lie(String header, String value) {
        return exchange -> {
            exchange.forward();
            List<String> head = exchange.readResponseHead();
            head.removeIf(line -> line.toLowerCase(Locale.ROOT).startsWith(header.toLowerCase(Locale.ROOT) + ":"));
            head.add(header + ": " + value);
            exchange.respond(head, Long.MAX_VALUE, -1);
        };
    }

    /** The store never sees a header; for servers that do not check signatures. */
    public static Fault withoutHeader(String header) {
        return exchange -> {
            exchange.request.headers().remove(header.toLowerCase(Locale.ROOT));
            exchange.forward();
            exchange.respond(exchange.readResponseHead(), Long.MAX_VALUE, -1);
        };
    }

    /** Something happens after the store has done its work and before the client hears of it. */
    public static Fault before(Exchangeless action) {
        return exchange -> {
            exchange.forward();
            List<String> head = exchange.readResponseHead();
            action.run();
            exchange.respond(head, Long.MAX_VALUE, -1);
        };
    }

    /** The fault waits until so many things have happened: requests side by side otherwise overtake each other. */
    public static Fault after(CountDownLatch happened, Fault fault) {
        return exchange -> {
            try {
                happened.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            fault.apply(exchange);
        };
    }

    /** Nothing comes back, and the connection stays open. */
    public static Fault silence() {
        return exchange -> exchange.waitUntilClientLeaves();
    }

    /** An action of a test. */
    public interface Exchangeless {
        void run() throws IOException;
    }

    private synchronized Fault faultFor(Request request) {
        for (Rule rule : rules) {
            if (rule.left > 0 && rule.matches.test(request)) {
                rule.left--;
                return rule.fault;
            }
        }
        return exchange -> {
            exchange.forward();
            exchange.respond(exchange.readResponseHead(), Long.MAX_VALUE, -1);
        };
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                open.add(client);
                daemon(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket upstream = new Socket(server.getHost(), server.getPort())) {
            open.add(upstream);
            InputStream in = new BufferedInputStream(client.getInputStream(), BLOCK);
            List<String> head = readHead(in);
            if (head.isEmpty()) {
                return;
            }
            Request request = request(head);
            seen.add(request);
            faultFor(request).apply(new Exchange(request, in, client, upstream));
            open.remove(upstream);
        } catch (IOException broken) {
            // One of the ends went away: that is what this class is for.
        } finally {
            open.remove(client);
        }
    }

    private static Request request(List<String> head) {
        String[] first = head.get(0).split(" ");
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line : head.subList(1, head.size())) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new Request(first[0], first[1], headers);
    }

    private static List<String> readHead(InputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int one = in.read(); one >= 0; one = in.read()) {
            if (one == '\n') {
                String text = line.toString(StandardCharsets.ISO_8859_1).strip();
                line.reset();
                if (text.isEmpty()) {
                    return lines;
                }
                lines.add(text);
            } else {
                line.write(one);
            }
        }
        return List.of();
    }

    /** One request on its way, and its answer. */
    public static final class Exchange {
        private final Request request;
        private final InputStream fromClient;
        private final Socket client;
        private final Socket upstream;
        private InputStream fromServer;

        Exchange(Request request, InputStream fromClient, Socket client, Socket upstream) {
            this.request = request;
            this.fromClient = fromClient;
            this.client = client;
            this.upstream = upstream;
        }

        private long bodyLength() {
            return Long.parseLong(request.headers().getOrDefault("content-length", "0"));
        }

        private void goOn() throws IOException {
            if ("100-continue".equalsIgnoreCase(request.headers().remove("expect"))) {
                write(client.getOutputStream(), List.of("HTTP/1.1 100 Continue"));
            }
        }

        void forward() throws IOException {
            goOn();
            request.headers().put("connection", "close");
            List<String> head = new ArrayList<>();
            head.add(request.method() + " " + request.target() + " HTTP/1.1");
            request.headers().forEach((name, value) -> head.add(name + ": " + value));
            write(upstream.getOutputStream(), head);
            copy(fromClient, upstream.getOutputStream(), bodyLength(), -1);
        }

        List<String> readResponseHead() throws IOException {
            fromServer = new BufferedInputStream(upstream.getInputStream(), BLOCK);
            List<String> head = new ArrayList<>(readHead(fromServer));
            head.removeIf(line -> line.toLowerCase(Locale.ROOT).startsWith("connection:"));
            head.add("Connection: close");
            return head;
        }

        /** Passes the answer on until it ends, or is cut. */
        void respond(List<String> head, long most, long flipAt) throws IOException {
            write(client.getOutputStream(), head);
            copy(fromServer, client.getOutputStream(), most, flipAt);
        }

        void readBody(long bytes) throws IOException {
            goOn();
            copy(fromClient, OutputStream.nullOutputStream(), Math.min(bytes, bodyLength()), -1);
        }

        void answerInstead(int status, String code, Map<String, String> headers) throws IOException {
            readBody(Long.MAX_VALUE);
            byte[] text = request.method().equals("HEAD")
                    ? new byte[0]
                    : ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code
                                    + "</Code><Message>made by a test</Message><RequestId>1</RequestId></Error>")
                            .getBytes(StandardCharsets.UTF_8);
            List<String> head = new ArrayList<>(List.of(
                    "HTTP/1.1 " + status + " " + code,
                    "Content-Type: application/xml",
                    "Content-Length: " + text.length,
                    "Connection: close"));
            headers.forEach((name, value) -> head.add(name + ": " + value));
            write(client.getOutputStream(), head);
            client.getOutputStream().write(text);
            client.getOutputStream().flush();
        }

        void waitUntilClientLeaves() throws IOException {
            goOn();
            copy(fromClient, OutputStream.nullOutputStream(), Long.MAX_VALUE, -1);
        }

        private static void write(OutputStream out, List<String> head) throws IOException {
            out.write((String.join("\r\n", head) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        private static void copy(InputStream in, OutputStream out, long most, long flipAt) throws IOException {
            byte[] block = new byte[BLOCK];
            long done = 0;
            while (done < most) {
                int got = in.read(block, 0, (int) Math.min(block.length, most - done));
                if (got < 0) {
                    break;
                }
                if (flipAt >= done && flipAt < done + got) {
                    block[(int) (flipAt - done)] ^= 1;
                }
                out.write(block, 0, got);
                done += got;
            }
            out.flush();
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "s3-faults");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
