package chasqui.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What else one would move objects with, each with the flags that serve it best. */
final class S3Peers {
    private final S3ServerProcess server;
    private final Path folder;

    S3Peers(S3ServerProcess server, Path folder) {
        this.server = server;
        this.folder = folder;
    }

    /**
     * One tool with one set of flags.
     *
     * @param flags as they are shown
     */
    record Peer(String flags, Map<String, String> environment, List<String> before, List<String> after) {
        List<String> words(String from, String to) {
            List<String> words = new ArrayList<>(before);
            words.add(from);
            words.add(to);
            words.addAll(after);
            return words;
        }

        String object(String key) {
            return before.get(0).equals("rclone")
                    ? "bench:" + S3ServerProcess.BUCKET + "/" + key
                    : "s3://" + S3ServerProcess.BUCKET + "/" + key;
        }
    }

    /** @throws BenchImpossible neither tool is there */
    List<Peer> forUpload() throws IOException {
        return known(List.of(
                List.of("--s3-chunk-size", "16M", "--s3-upload-concurrency", "8", "--s3-disable-checksum"),
                List.of("--s3-chunk-size", "32M", "--s3-upload-concurrency", "4", "--s3-disable-checksum")));
    }

    /** @throws BenchImpossible neither tool is there */
    List<Peer> forDownload() throws IOException {
        return known(List.of(
                List.of("--multi-thread-streams", "4", "--multi-thread-cutoff", "64M", "--ignore-checksum"),
                List.of("--multi-thread-streams", "8", "--multi-thread-cutoff", "64M", "--ignore-checksum")));
    }

    private List<Peer> known(List<List<String>> flagsOfRclone) throws IOException {
        List<Peer> peers = new ArrayList<>();
        if (InstalledTools.has("rclone")) {
            flagsOfRclone.forEach(flags -> peers.add(rclone(flags)));
        }
        if (InstalledTools.has("aws")) {
            peers.add(aws(10, 8));
            peers.add(aws(8, 32));
        }
        if (peers.isEmpty()) {
            throw new BenchImpossible(
                    "the tools to compare with are not installed: rclone (Debian package rclone) or aws (awscli)");
        }
        return peers;
    }

    private Peer rclone(List<String> flags) {
        Map<String, String> environment = common(server.awsFolder().resolve("config"));
        environment.put("RCLONE_CONFIG", folder.resolve("rclone.conf").toString());
        environment.put("RCLONE_CONFIG_BENCH_TYPE", "s3");
        environment.put("RCLONE_CONFIG_BENCH_PROVIDER", "Other");
        environment.put("RCLONE_CONFIG_BENCH_ENV_AUTH", "true");
        environment.put(
                "RCLONE_CONFIG_BENCH_ENDPOINT", server.address().endpoint().toString());
        environment.put("RCLONE_CONFIG_BENCH_REGION", server.address().region());
        environment.put("RCLONE_CONFIG_BENCH_FORCE_PATH_STYLE", "true");
        return new Peer("rclone " + String.join(" ", flags), environment, List.of("rclone", "copyto"), flags);
    }

    private Peer aws(int requests, int partMebibytes) throws IOException {
        String flags = "aws s3 cp, %d requests, parts of %d MiB".formatted(requests, partMebibytes);
        Path config = Files.writeString(folder.resolve("aws-" + requests + "-" + partMebibytes), """
                        [profile %s]
                        region = %s
                        endpoint_url = %s
                        s3 =
                            addressing_style = path
                            max_concurrent_requests = %d
                            multipart_chunksize = %dMB
                        """.formatted(
                        server.address().profile(),
                        server.address().region(),
                        server.address().endpoint(),
                        requests,
                        partMebibytes));
        return new Peer(flags, common(config), List.of("aws", "s3", "cp"), List.of("--only-show-errors"));
    }

    private Map<String, String> common(Path config) {
        Map<String, String> environment = new HashMap<>();
        environment.put(
                "AWS_SHARED_CREDENTIALS_FILE",
                server.awsFolder().resolve("credentials").toString());
        environment.put("AWS_CONFIG_FILE", config.toString());
        environment.put("AWS_PROFILE", server.address().profile());
        // rclone does not work where the environment names a bundle, and nothing here is encrypted.
        environment.put("AWS_CA_BUNDLE", "");
        return environment;
    }
}
