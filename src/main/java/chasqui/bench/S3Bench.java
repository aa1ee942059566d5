package chasqui.bench;

import chasqui.storage.DurableFiles;
import chasqui.storage.Fingerprint;
import chasqui.storage.PackageDigest;
import chasqui.storage.Progress;
import chasqui.storage.S3Clients;
import chasqui.storage.S3Endpoint;
import chasqui.storage.S3Objects;
import chasqui.storage.S3Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * S3 upload and download against one server in a process of its own: beside the best of rclone and the AWS command line,
 * and, over a link that limits each connection, beside a single connection.
 *
 * <p>Ours proves the source's checksum before the object appears, and that of what arrived before it is named; the peers
 * do neither. Downloads of both end durable. Ours runs in this process, as in a service that has been up for a while and
 * has its connections; a peer is a command, and its start, a tenth of a second for rclone, counts. Nothing is read back
 * here on either side.
 */
public final class S3Bench {
    static final String NAME = "s3";
    private static final long BYTES = 2L << 30;
    private static final long LIMITED_BYTES = 256L << 20;
    private static final long LIMIT_BYTES_PER_SECOND = 10L << 20;
    /** The first one to be tried meets a server that has just started, and must not be passed over for that. */
    private static final int TRIALS = 2;

    private final Path folder;
    private final int pairs;
    private final Consumer<String> says;
    private final S3ServerProcess server;
    private final S3Clients clients;
    private int number;

    private S3Bench(Path folder, int pairs, Consumer<String> says, S3ServerProcess server, S3Clients clients) {
        this.folder = folder;
        this.pairs = pairs;
        this.says = says;
        this.server = server;
        this.clients = clients;
    }

    /**
     * @param dir an empty folder on the disk to measure
     * @throws BenchImpossible a tool or the room is missing
     */
    public static List<BenchCase> run(Path dir, int pairs, double scale, Consumer<String> says)
            throws IOException, InterruptedException {
        long bytes = Math.max(1, (long) (BYTES * scale));
        BenchFolder.needRoom(dir, bytes * 6 + (256 << 20));
        try (S3ServerProcess server = S3ServerProcess.start(dir.resolve("server"));
                S3Clients clients = new S3Clients(server.awsFolder())) {
            S3Bench bench = new S3Bench(dir, pairs, says, server, clients);
            List<BenchCase> cases = new ArrayList<>(bench.besideTools(bench.make("large", bytes)));
            cases.addAll(bench.besideOneConnection(bench.make("limited", Math.max(1, (long) (LIMITED_BYTES * scale)))));
            return cases;
        }
    }

    /** A file to send, and what it holds. */
    private record Source(Path file, PackageDigest digest) {}

    private Source make(String name, long bytes) throws IOException {
        says.accept("s3: making a file");
        Path file = folder.resolve(name);
        RandomFile.make(file, bytes, new SplittableRandom(bytes));
        Fingerprint print = Fingerprint.take(file, Progress.NONE);
        return new Source(file, new PackageDigest(print.sizeBytes(), print.xxHash64(), null));
    }

    private List<BenchCase> besideTools(Source source) throws IOException, InterruptedException {
        S3Objects objects =
                clients.objects(new S3Endpoint(server.address().endpoint().toString(), "", profile()));
        S3Peers peers = new S3Peers(server, folder);
        S3Peers.Peer up = best(peers.forUpload(), peer -> upload(peer, source));
        BenchCase upload = pairs(
                "s3 upload beside " + up.flags(), source, () -> upload(objects, source), () -> upload(up, source));
        objects.put(S3ServerProcess.BUCKET, "there", source.file(), Map.of(), Progress.NONE);
        S3Peers.Peer down = best(peers.forDownload(), this::download);
        BenchCase download = pairs(
                "s3 download beside " + down.flags(), source, () -> download(objects, source), () -> download(down));
        remove("there");
        return List.of(upload, download);
    }

    private List<BenchCase> besideOneConnection(Source source) throws IOException, InterruptedException {
        S3Options oneAtATime = new S3Options(1, Duration.ofMinutes(1), Duration.ofDays(7));
        try (LimitedLink link = new LimitedLink(server.address().endpoint(), LIMIT_BYTES_PER_SECOND);
                S3Clients single = new S3Clients(server.awsFolder(), oneAtATime)) {
            S3Endpoint over = new S3Endpoint(link.endpoint(), "", profile());
            S3Objects many = clients.objects(over);
            S3Objects one = single.objects(over);
            BenchCase upload = pairs(
                    "s3 upload, each connection limited to 10 MiB/s, beside one connection",
                    source,
                    () -> upload(many, source),
                    () -> upload(one, source));
            many.put(S3ServerProcess.BUCKET, "there", source.file(), Map.of(), Progress.NONE);
            BenchCase download = pairs(
                    "s3 download, each connection limited to 10 MiB/s, beside one connection",
                    source,
                    () -> download(many, source),
                    () -> download(one, source));
            remove("there");
            return List.of(upload, download);
        }
    }

    private BenchCase pairs(String name, Source source, Pairs.Contender ours, Pairs.Contender peer)
            throws IOException, InterruptedException {
        return Pairs.run(
                name,
                source.digest().sizeBytes(),
                pairs,
                Duration.ZERO,
                pair -> says.accept(name + ": " + (pair == 0 ? "warming up" : "pair " + pair + " of " + pairs)),
                ours,
                peer);
    }

    /** One run of a tool, timed. */
    private interface Trial {
        double seconds(S3Peers.Peer peer) throws IOException, InterruptedException;
    }

    private S3Peers.Peer best(List<S3Peers.Peer> peers, Trial trial) throws IOException, InterruptedException {
        S3Peers.Peer best = null;
        double least = Double.MAX_VALUE;
        for (int round = 0; round < TRIALS; round++) {
            for (S3Peers.Peer peer : peers) {
                says.accept("s3: trying " + peer.flags());
                double seconds = trial.seconds(peer);
                if (seconds < least) {
                    least = seconds;
                    best = peer;
                }
            }
        }
        return best;
    }

    private double upload(S3Objects objects, Source source) throws IOException, InterruptedException {
        String key = "up-" + number++;
        BenchFolder.settle(folder);
        long started = System.nanoTime();
        objects.putProven(
                S3ServerProcess.BUCKET, key, source.file(), source.digest(), Map.of(), () -> {}, Progress.NONE);
        double seconds = (System.nanoTime() - started) / 1e9;
        remove(key);
        return seconds;
    }

    private double upload(S3Peers.Peer peer, Source source) throws IOException, InterruptedException {
        String key = "up-" + number++;
        BenchFolder.settle(folder);
        double seconds = PeerCommand.time(peer.words(source.file().toString(), peer.object(key)), peer.environment());
        remove(key);
        return seconds;
    }

    private double download(S3Objects objects, Source source) throws IOException, InterruptedException {
        Path temporary = folder.resolve("arriving");
        Path target = folder.resolve("arrived");
        BenchFolder.settle(folder);
        long started = System.nanoTime();
        PackageDigest read = objects.fetch(S3ServerProcess.BUCKET, "there", temporary, Progress.NONE);
        if (!read.equals(source.digest())) {
            throw new IOException("what was fetched is not what was put: " + read);
        }
        DurableFiles.publish(temporary, target);
        double seconds = (System.nanoTime() - started) / 1e9;
        Files.delete(target);
        return seconds;
    }

    private double download(S3Peers.Peer peer) throws IOException, InterruptedException {
        Path target = folder.resolve("fetched");
        BenchFolder.settle(folder);
        long started = System.nanoTime();
        PeerCommand.run(peer.words(peer.object("there"), target.toString()), peer.environment());
        PeerCommand.run(List.of("sync", target.toString()));
        double seconds = (System.nanoTime() - started) / 1e9;
        Files.delete(target);
        return seconds;
    }

    private void remove(String key) throws IOException {
        clients.client(new S3Endpoint(server.address().endpoint().toString(), "", profile()))
                .deleteObject(request -> request.bucket(S3ServerProcess.BUCKET).key(key));
    }

    private String profile() {
        return server.address().profile();
    }
}
