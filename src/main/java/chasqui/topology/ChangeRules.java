package chasqui.topology;

import chasqui.topology.TopologyDifference.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What must not change under data that is there: a place is switched off or moved only when it is empty. */
final class ChangeRules {
    private final TopologyFile present;
    private final LiveWork work;

    ChangeRules(TopologyFile present, LiveWork work) {
        this.present = present;
        this.work = work;
    }

    /** Everything that stands against the change; empty when nothing does. */
    List<String> problems(TopologyDifference difference) {
        List<String> problems = new ArrayList<>();
        Map<LocationEntry, String> toBeEmpty = new LinkedHashMap<>();
        for (Step<SiteEntry> step : difference.sites()) {
            if (step.switchesOff()) {
                present.locations().stream()
                        .filter(location -> location.site().equals(step.was().shortName()))
                        .forEach(location -> toBeEmpty.put(location, "cannot be switched off with its site"));
                refuse(problems, step.was().label() + " cannot be switched off", work.towards(step.was()));
            }
        }
        for (Step<LocationEntry> step : difference.locations()) {
            if (step.was() != null
                    && !step.was().whereabouts().equals(step.now().whereabouts())) {
                toBeEmpty.put(
                        step.was(),
                        "cannot change where its data lies (" + step.change().details() + ")");
                running(step, problems);
            } else if (step.switchesOff()) {
                toBeEmpty.putIfAbsent(step.was(), "cannot be switched off");
            }
        }
        toBeEmpty.forEach((location, what) -> refuse(problems, location.label() + " " + what, work.at(location)));
        return problems;
    }

    private static void refuse(List<String> problems, String what, List<LeftOver> left) {
        if (!left.isEmpty()) {
            problems.add("%s while there are %s; keep it in the file until they are gone. %s"
                    .formatted(
                            what,
                            left.stream().map(LeftOver::toString).collect(Collectors.joining(", ")),
                            left.stream().map(LeftOver::named).collect(Collectors.joining("; "))));
        }
    }

    private void running(Step<LocationEntry> step, List<String> problems) {
        List<String> nodes = work.runningNodes();
        if (!nodes.isEmpty()) {
            problems.add(
                    "%s cannot change where its data lies (%s) while nodes run (%s); stop them first, or add a location with another name"
                            .formatted(step.now().label(), step.change().details(), String.join(", ", nodes)));
        }
    }
}
