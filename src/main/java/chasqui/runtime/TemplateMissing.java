package chasqui.runtime;

import chasqui.pipeline.OperationType;
import chasqui.pipeline.Stage;
import chasqui.topology.Queue;
import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;

/** The data asks for a kind of work that no route file describes. */
final class TemplateMissing extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param queues of operation types without a template */
    TemplateMissing(Collection<Queue> queues) {
        super(
                queues.stream()
                        .collect(Collectors.toMap(Queue::type, queue -> queue, (first, second) -> first))
                        .values()
                        .stream()
                        .sorted(Comparator.comparing(Queue::stage).thenComparing(Queue::name))
                        .map(queue -> message(queue.type(), queue))
                        .collect(Collectors.joining("\n  ")));
    }

    private static String message(OperationType type, Queue example) {
        Stage[] stages = Stage.values();
        String file = example.stage() < stages.length
                ? stages[example.stage()].routeFile()
                : example.stage() + "-….camel.yaml";
        return "no routeTemplate with id %s, wanted for queue %s: add it to routes/%s, or leave out its locations with chasqui.worker.locations"
                .formatted(type, example, file);
    }
}
