package chasqui.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;

/** Turns queue names into endpoints, and knows which queues this process serves. */
public final class QueueEndpoints {
    private final Jdbi database;
    private final Consumer<String> transport;
    private final String pattern;
    private final int concurrency;
    private final Map<String, Integer> workers = new ConcurrentHashMap<>();
    /** By queue: the names beside its own under which more workers listen. */
    private final Map<String, List<String>> more = new ConcurrentHashMap<>();

    private final Set<String> served = new ConcurrentSkipListSet<>();

    /**
     * @param transport makes the endpoint with this address unless it is there
     * @param pattern endpoint with {@code {queue}} and, where the transport wants it, {@code {concurrency}}
     * @param concurrency operations of one queue at the same time where {@link #workers} says nothing, 1 or more
     */
    public QueueEndpoints(Jdbi database, Consumer<String> transport, String pattern, int concurrency) {
        if (!pattern.contains("{queue}")) {
            throw new IllegalArgumentException("chasqui.queue.endpoint has no {queue}: " + pattern);
        }
        this.database = database;
        this.transport = transport;
        this.pattern = pattern;
        this.concurrency = concurrency;
    }

    /**
     * Endpoint of a queue, made one at a time: Camel makes two of them for two threads that ask for a new address at once,
     * and a queue in memory then takes no hint any more, because it looks for its worker at the one that has none.
     */
    public synchronized String of(String queue) {
        String endpoint =
                pattern.replace("{queue}", queue).replace("{concurrency}", Integer.toString(workersOf(queue)));
        transport.accept(endpoint);
        return endpoint;
    }

    private int workersOf(String queue) {
        return workers.getOrDefault(queue, concurrency);
    }

    /**
     * Name of a further endpoint of a queue, for as many workers as it lacks: those it has are at work and stay. They
     * get no hints of single operations and look by themselves.
     *
     * @param wanted how many the queue shall have in all, more than it has
     */
    public synchronized String more(String queue, int wanted) {
        List<String> names = new ArrayList<>(more.getOrDefault(queue, List.of()));
        String name = queue + "_more_" + (names.size() + 1);
        workers.put(name, wanted - allWorkersOf(queue));
        names.add(name);
        more.put(queue, List.copyOf(names));
        return name;
    }

    /** Nobody listens under this name of {@link #more} after all. */
    public synchronized void takeBack(String queue, String name) {
        workers.remove(name);
        more.computeIfPresent(
                queue,
                (same, names) -> names.stream().filter(one -> !one.equals(name)).toList());
    }

    /** A queue that is served no more has no workers. */
    public synchronized void forget(String queue) {
        workers.remove(queue);
        more.getOrDefault(queue, List.of()).forEach(workers::remove);
        more.remove(queue);
    }

    private int allWorkersOf(String queue) {
        return workersOf(queue)
                + more.getOrDefault(queue, List.of()).stream()
                        .mapToInt(this::workersOf)
                        .sum();
    }

    /** Whether so many are at work on a queue already. More than enough stay: to make them fewer would end what they do. */
    public boolean hasWorkers(String queue, int wanted) {
        return allWorkersOf(queue) >= wanted;
    }

    /**
     * Says how many that shall be from now on: hints go to the endpoint that is made with this number.
     *
     * @param most 1 or more; fewer than for other queues counts as those
     */
    public void workers(String queue, int most) {
        workers.put(queue, Math.max(concurrency, most));
    }

    /** Says which queues have a worker route in this process; replaces what was said before. */
    public void serve(Set<String> queues) {
        served.addAll(queues);
        served.retainAll(queues);
    }

    /** Says that this queue has a worker route, too: its work is looked for while others still wait for theirs. */
    public void serveAlso(String queue) {
        served.add(queue);
    }

    /** Queues of this process with work that is due now, by all names under which workers listen; may be empty. */
    public List<String> withDueWork() {
        return dueQueues().stream()
                .flatMap(queue -> Stream.concat(Stream.of(queue), more.getOrDefault(queue, List.of()).stream()))
                .toList();
    }

    private List<String> dueQueues() {
        List<String> queues = List.copyOf(served);
        return queues.isEmpty()
                ? List.of()
                : database.withHandle(
                        db -> db.createQuery("SELECT queue FROM queues_with_due_work(:queues) ORDER BY queue")
                                .bindArray("queues", String.class, queues)
                                .mapTo(String.class)
                                .list());
    }
}
