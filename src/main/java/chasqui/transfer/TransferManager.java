package chasqui.transfer;

import chasqui.catalogue.Subjects;
import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.link.Link;
import chasqui.link.LinkState;
import chasqui.link.Links;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.WorkStatus;
import chasqui.topology.Locations;
import chasqui.topology.Topology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Lets transfers go, as many as each link carries at once, and decides from which copy, to which buffer, by which method.
 * Any number may run; one works at a time, so that together they let no more go than one would.
 */
public final class TransferManager {
    /** Waiting transfers looked at beyond what a link carries: some may have nowhere to go. */
    private static final int SPARE = 10;

    /** Most transfers a round that could not go before. */
    private static final int AGAIN = 200;

    private final Jdbi database;
    private final Locations locations;
    private final TransferSettings settings;

    public TransferManager(Jdbi database, Locations locations, TransferSettings settings) {
        this.database = database;
        this.locations = locations;
        this.settings = settings;
    }

    /**
     * Records an operation for every transfer that may go now, and lets put-back ones go again. A transfer without any
     * readable copy gets one too: its worker says so and fails it. One whose sites or route are switched off waits as it is.
     *
     * @return how many may be claimed now that could not before
     */
    public int findWork() {
        Topology topology = locations.refresh();
        return database.inTransaction(tx -> {
            WaitingRows.lock(tx);
            Map<Link, LinkState> links = Links.now(tx);
            new Rerouting(tx, topology, links).go(settings.links().rerouteAfter());
            Map<Long, Decision> decisions = new HashMap<>();
            List<Contender> contenders = new ArrayList<>();
            Map<Link, Integer> running = new HashMap<>();
            Map<String, List<Long>> anew = new HashMap<>();
            List<WaitingRows.Live> all =
                    WaitingRows.live(tx, settings.links().probe().longest());
            Unclaimed unclaimed = new Unclaimed(all);
            FailingEnds failing = new FailingEnds(all, settings.links().unhealthyAfter());
            unclaimed.holdBack(tx, topology).forEach((link, claimed) -> running.merge(link, claimed, Integer::sum));
            for (WaitingRows.Live live : all) {
                if (live.anew() != null) {
                    anew.computeIfAbsent(live.anew(), why -> new ArrayList<>())
                            .add(live.contender().transferId());
                } else if (live.running()) {
                    running.merge(live.contender().link(), 1, Integer::sum);
                } else if ((live.due() || live.contender().admitted())
                        && !unclaimed.desertedAt(live.ends().worker())) {
                    contenders.add(live.contender());
                }
            }
            anew.forEach((why, transfers) -> decideAnew(tx, transfers, why));
            Map<Long, WaitingRows.First> first = first(tx, links);
            List<Look> looks = Looks.lock(tx, first.keySet());
            PassedOver.note(tx, looks, first);
            for (Look look : looks) {
                if (look.goes() && mayGo(WaitingRows.Ends.of(look.way()), unclaimed, failing)) {
                    decisions.put(look.id(), look.way());
                    contenders.add(
                            contender(topology, look.way(), first.get(look.id()).instrumentId()));
                }
            }
            List<Contender> chosen = choose(tx, links, contenders, running);
            return begin(tx, topology, chosen, decisions);
        });
    }

    private static boolean mayGo(WaitingRows.Ends ends, Unclaimed unclaimed, FailingEnds failing) {
        return !unclaimed.desertedAt(ends.worker()) && failing.maySend(ends);
    }

    /**
     * What is parked for a link that is closed does not wait for it while another way is open, and nothing goes a way that
     * the topology does not have any more.
     */
    private static void decideAnew(Handle tx, List<Long> transfers, String why) {
        List<Long> free = OperationStore.withdraw(tx, TransferWorker.TYPE, transfers, why);
        Subjects.DATA_TRANSFER.change(tx, free, WorkStatus.SCHEDULED, WorkStatus.PENDING);
    }

    private Map<Long, WaitingRows.First> first(Handle tx, Map<Link, LinkState> links) {
        int depth = depth(links);
        List<WaitingRows.First> first = WaitingRows.first(tx, depth, AGAIN);
        if (ByPackages.replace(tx, first.stream().map(WaitingRows.First::id).toList())) {
            first = WaitingRows.first(tx, depth, AGAIN);
        }
        return first.stream().collect(Collectors.toMap(WaitingRows.First::id, Function.identity()));
    }

    private int depth(Map<Link, LinkState> links) {
        return SPARE
                + links.values().stream()
                        .mapToInt(link -> link.concurrency(settings.links()))
                        .max()
                        .orElse(settings.links().concurrency());
    }

    private static Contender contender(Topology topology, Decision decision, long instrument) {
        Link link = new Link(
                topology.location(decision.originLocationId()).siteId(),
                topology.location(decision.destinationLocationId()).siteId());
        return new Contender(decision.id(), null, link, decision.priority(), instrument, false);
    }

    private List<Contender> choose(
            Handle tx, Map<Link, LinkState> links, List<Contender> contenders, Map<Link, Integer> running) {
        if (contenders.isEmpty()) {
            return List.of();
        }
        Map<Link, Map<Long, Long>> turns = WaitingRows.turns(tx);
        Map<Link, Admission> plans = new HashMap<>();
        contenders.stream().collect(Collectors.groupingBy(Contender::link)).forEach((link, ofLink) -> {
            int slots = links.containsKey(link)
                    ? links.get(link).slots(settings.links())
                    : settings.links().concurrency();
            int room = Math.max(0, slots - running.getOrDefault(link, 0));
            plans.put(link, new Admission(ofLink, room, turns.getOrDefault(link, Map.of())));
        });
        Set<Long> held = new HashSet<>(OperationStore.holdBack(
                tx, all(plans, Admission::holdBack).map(Contender::operationId).toList(), "its turn on the link"));
        List<Contender> chosen = new ArrayList<>();
        List<WaitingRows.Turn> taken = new ArrayList<>();
        plans.forEach((link, plan) -> {
            // What a worker claimed while we looked keeps its place on the link.
            long claimed = plan.holdBack().stream()
                    .filter(one -> !held.contains(one.operationId()))
                    .count();
            plan.begin().stream()
                    .limit(Math.max(0, plan.begin().size() - claimed))
                    .forEach(chosen::add);
            plan.taken().forEach((instrument, turn) -> taken.add(new WaitingRows.Turn(link, instrument, turn)));
        });
        WaitingRows.tookTurns(tx, taken);
        return chosen;
    }

    private static java.util.stream.Stream<Contender> all(
            Map<Link, Admission> plans, Function<Admission, List<Contender>> which) {
        return plans.values().stream().flatMap(plan -> which.apply(plan).stream());
    }

    private int begin(Handle tx, Topology topology, List<Contender> chosen, Map<Long, Decision> decisions) {
        List<Long> parked = chosen.stream()
                .filter(one -> one.operationId() != null)
                .map(Contender::operationId)
                .toList();
        int woken = OperationStore.wake(tx, parked).size();
        List<Decision> decided = withProtectedSource(
                        tx,
                        chosen.stream()
                                .filter(one -> one.operationId() == null)
                                .map(one -> decisions.get(one.transferId()))
                                .toList())
                .stream()
                .map(decision -> decision.by(method(topology, decision)))
                .toList();
        if (decided.isEmpty()) {
            return woken;
        }
        TransferRepository.assign(tx, decided);
        Subjects.DATA_TRANSFER.change(
                tx, decided.stream().map(Decision::id).toList(), WorkStatus.PENDING, WorkStatus.SCHEDULED);
        return woken
                + OperationStore.create(
                        tx,
                        TransferWorker.TYPE,
                        "data_transfer_id",
                        decided.stream().map(Decision::operation).toList());
    }

    private String method(Topology topology, Decision decision) {
        return MethodChoice.of(
                decision.method(),
                settings.method(),
                topology.location(decision.originLocationId()),
                topology.location(decision.destinationLocationId()),
                decision.pull());
    }

    /** Leaves out what lost its source between our look and our lock: the next round chooses another. */
    private static List<Decision> withProtectedSource(Handle tx, List<Decision> found) {
        if (found.isEmpty()) {
            return found;
        }
        Set<Long> safe = new HashSet<>(Uses.move(
                tx,
                UseBy.DATA_TRANSFER,
                found.stream()
                        .filter(decision -> decision.copyId() != null)
                        .map(decision -> new Uses.Intent(decision.id(), decision.copyId()))
                        .toList()));
        return found.stream()
                .filter(decision -> decision.copyId() == null || safe.contains(decision.id()))
                .toList();
    }
}
