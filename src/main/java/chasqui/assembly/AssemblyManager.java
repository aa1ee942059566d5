package chasqui.assembly;

import chasqui.assembly.AssemblyRepository.NewTransferPackage;
import chasqui.link.Link;
import chasqui.link.Links;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationStore.NewOperation;
import chasqui.pipeline.OperationType;
import chasqui.topology.ArchiveSite;
import chasqui.topology.DataLocation;
import chasqui.topology.Locations;
import chasqui.topology.Topology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Bundles packages that wait at a buffer and chooses where each bundle goes first; has bad copies of bundles mended. Any number may run; one works at a
 * time, so that packages are bundled once and the sites take turns.
 */
public final class AssemblyManager {
    static final OperationType TYPE = new OperationType("data_transfer_package_creation");

    /** Most packages that one round looks at; the next round goes on. */
    private static final int ROUND = 5_000;

    private final Jdbi database;
    private final Locations locations;
    private final AssemblySettings settings;

    public AssemblyManager(Jdbi database, Locations locations, AssemblySettings settings) {
        this.database = database;
        this.locations = locations;
        this.settings = settings;
    }

    /**
     * One round in one transaction, with the same number of statements whatever the number of packages. Packages of a site
     * that has nowhere to send them wait. What goes to a site whose route is DIRECT is not bundled: it can be sent at once.
     *
     * @return operations and DIRECT transfers recorded; 0 also when another manager is at it
     */
    public int findWork() {
        Topology topology = locations.refresh();
        Set<Link> avoided = database.withHandle(Links::avoided);
        Map<Long, Destinations> destinations = new HashMap<>();
        for (DataLocation location : topology.locations()) {
            Destinations possible = new Destinations(topology, location.siteId(), avoided);
            if (!possible.primaries().isEmpty()) {
                destinations.put(location.siteId(), possible);
            }
        }
        return database.inTransaction(tx -> AssemblyRepository.tryLock(tx) ? mend(tx) + assemble(tx, destinations) : 0);
    }

    private static int mend(Handle tx) {
        List<NewOperation> bad = MendingRecords.lockBad(tx, ROUND);
        if (bad.isEmpty()) {
            return 0;
        }
        MendingRecords.protectParts(tx, bad);
        return OperationStore.create(tx, TYPE, "data_transfer_package_id", bad);
    }

    private int assemble(Handle tx, Map<Long, Destinations> destinations) {
        List<Bundle> bundles =
                bundles(AssemblyRepository.lockWaiting(tx, destinations.keySet(), settings, ROUND), destinations);
        if (bundles.isEmpty()) {
            return 0;
        }
        Map<Long, LinkedList<Long>> chosen = AssemblyRepository.recentPrimaries(tx);
        List<NewTransferPackage> packages = new ArrayList<>();
        List<DirectTransfers.Journey> direct = new ArrayList<>();
        for (Bundle bundle : bundles) {
            Destinations from = destinations.get(bundle.siteId());
            LinkedList<Long> recent = chosen.computeIfAbsent(bundle.siteId(), site -> new LinkedList<>());
            ArchiveSite primary = RoundRobin.next(recent, from.primaries());
            recent.addFirst(primary.siteId());
            if (from.isDirect(primary)) {
                direct.add(new DirectTransfers.Journey(bundle, primary.siteId(), from.sitesAfterDirect(primary)));
            } else {
                packages.add(new NewTransferPackage(bundle, primary.siteId()));
            }
        }
        DirectTransfers.insert(tx, direct);
        if (packages.isEmpty()) {
            return direct.size();
        }
        List<Long> ids = AssemblyRepository.insert(tx, packages);
        List<NewOperation> operations = new ArrayList<>();
        for (int i = 0; i < packages.size(); i++) {
            Bundle bundle = packages.get(i).bundle();
            operations.add(new NewOperation(ids.get(i), bundle.bufferId(), bundle.priority()));
        }
        return direct.size() + OperationStore.create(tx, TYPE, "data_transfer_package_id", operations);
    }

    /** Packages of a site whose every destination takes them by themselves have nothing to wait for. */
    private List<Bundle> bundles(List<Candidate> waiting, Map<Long, Destinations> destinations) {
        Map<Boolean, List<Candidate>> alone = waiting.stream().collect(Collectors.partitioningBy(one -> {
            Destinations from = destinations.get(one.siteId());
            return from.primaries().stream().allMatch(from::isDirect);
        }));
        List<Bundle> bundles = new ArrayList<>();
        alone.get(true).forEach(one -> bundles.add(new Bundle(List.of(one))));
        bundles.addAll(Bundle.of(alone.get(false), settings.targetSize()));
        return bundles;
    }
}
