package chasqui.bench;

import chasqui.filing.Filing;
import chasqui.filing.FilingRequest;
import chasqui.runtime.Foundation;
import chasqui.runtime.Service;
import chasqui.runtime.Surrounding;
import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import chasqui.storage.Progress;
import chasqui.topology.Locations;
import chasqui.topology.TopologyUpdate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * A service of its own, as it would run at an observatory, with two sites on this machine: packages wait at the buffer of
 * one and are sent to the buffer of the other, through the database, the queues, the route of the method, and the
 * reading back; nothing serves the archive behind it. {@link #send} can be called again and again.
 */
final class SendingService implements AutoCloseable {
    private final Foundation foundation;
    private final Service service;
    private final SendingRows rows;
    private final SendingPlan plan;
    private final Path home;

    private SendingService(Foundation foundation, Service service, SendingPlan plan) {
        this.foundation = foundation;
        this.service = service;
        this.plan = plan;
        this.home = foundation.home().root();
        this.rows = new SendingRows(foundation.database().jdbi(), plan.packages());
    }

    /**
     * Starts it, makes the packages, and sends all of them once, which warms what can be warmed.
     *
     * @param folder empty; gets everything
     */
    static SendingService start(Path folder, SendingPlan plan) throws IOException, InterruptedException {
        Settings settings = SettingsReader.read(null, Map.of(), settings(folder.resolve("home"), plan));
        settings.requireValid();
        Foundation foundation = Foundation.open(settings);
        try {
            Path topology = Files.writeString(folder.resolve("topology.yaml"), topology(plan));
            new TopologyUpdate(foundation.database().jdbi(), Surrounding.of(foundation.home(), settings))
                    .apply(topology, "bench");
            SendingService sending = new SendingService(foundation, Service.start(foundation, settings), plan);
            try {
                sending.fill();
                return sending;
            } catch (IOException | InterruptedException | RuntimeException failure) {
                sending.service.close();
                throw failure;
            }
        } catch (IOException | InterruptedException | RuntimeException failure) {
            foundation.close();
            throw failure;
        }
    }

    /** Quick managers, because a bench does not wait; no deletions, because what was sent is sent again. */
    private static Map<String, String> settings(Path home, SendingPlan plan) {
        return Map.ofEntries(
                Map.entry("chasqui.home", home.toString()),
                Map.entry("chasqui.object-store.embedded", "false"),
                Map.entry("chasqui.management.enabled", "false"),
                Map.entry("chasqui.node.roles", "manager,worker,monitor"),
                Map.entry("chasqui.manager.interval", "400ms"),
                Map.entry("chasqui.worker.look", "1s"),
                Map.entry("chasqui.worker.concurrency", Integer.toString(Math.max(2, plan.atOnce()))),
                Map.entry("chasqui.worker.locations", "here/*,there/buffer"),
                Map.entry("chasqui.assembly.target-size", Long.toString(plan.smallest())),
                Map.entry("chasqui.deletion.enabled", "false"));
    }

    private static String topology(SendingPlan plan) {
        String host = plan.host() == null ? "" : ", host: \"" + plan.host() + "\"";
        String user = plan.host() == null ? "" : ", user: \"" + SendingPlan.user() + "\"";
        String options = plan.options().entrySet().stream()
                .map(option -> option.getKey() + ": \"" + option.getValue() + "\"")
                .collect(Collectors.joining(", ", "{", "}"));
        return """
                observatory: bench
                telescope: bench
                sites:
                  - short_name: here
                    locations:
                      - { name: source, type: SOURCE, storage: DISK, root: "${home}/here/source" }
                      - { name: buffer, type: BUFFER, storage: DISK, root: "${home}/here/buffer" }
                    instruments:
                      - { name: camera, modules: [camera] }
                  - short_name: there
                    locations:
                      - { name: buffer, type: BUFFER, storage: DISK, root: "${home}/there/buffer"%s%s }
                      - { name: lta, type: LONG_TERM_ARCHIVE, storage: DISK, root: "${home}/there/lta" }
                transfer_routes:
                  - { from: here, to: there, method: %s, concurrency: %d, options: %s }
                """.formatted(host, user, plan.method(), plan.atOnce(), options);
    }

    private void fill() throws IOException, InterruptedException {
        // bbcp makes no folders; where the other site is another machine, its own worker made this one.
        Files.createDirectories(home.resolve("there/buffer/.chasqui/incoming"));
        Locations locations = new Locations(foundation.database().jdbi());
        SplittableRandom random = new SplittableRandom(plan.smallest());
        for (int i = 0; i < plan.packages(); i++) {
            Path folder = Files.createDirectories(home.resolve("here/source").resolve("observation-" + i));
            RandomFile.make(folder.resolve("data.bin"), plan.sizes().get(i), random);
            new Filing(foundation.database().jdbi(), locations)
                    .file(new FilingRequest(folder, "camera", null, "observation-" + i, true), Progress.NONE);
        }
        rows.awaitAllProven();
        BenchFolder.remove(home.resolve("here/source"));
        rewind();
    }

    /** The transfer packages, for whoever wants to send them in another way. */
    List<Path> packages() {
        return rows.packages(home.resolve("here/buffer"));
    }

    /** Sends all packages and waits until they are proven; what arrived is then removed, and it can be done again. */
    Sent send() throws IOException, InterruptedException {
        rows.letGo();
        rows.awaitAllProven();
        Sent sent = rows.sent();
        rewind();
        return sent;
    }

    private void rewind() throws IOException {
        for (Path arrived : rows.rewind(home.resolve("there/buffer"))) {
            Files.deleteIfExists(arrived);
        }
    }

    @Override
    public void close() {
        service.close();
        foundation.close();
    }
}
