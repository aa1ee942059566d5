package chasqui.runtime.routes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.quartz.QuartzComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.quartz.simpl.ZeroSizeThreadPool;

/**
 * Builds entries in a Camel of its own, in which nothing runs: what Camel does not understand, and what it cannot find, is
 * found there. An entry is built by itself, so that each can have its problem.
 */
final class Aside {
    private static final Pattern LINE = Pattern.compile("line (\\d+), column");
    private static final Pattern STEP = Pattern.compile(">>> (.*?) <<<", Pattern.DOTALL);

    private final Given given;

    Aside(Given given) {
        this.given = given;
    }

    /** What Camel says to them; each entry once. */
    List<Problem> problems(List<Entry> entries) {
        List<Problem> problems = new ArrayList<>();
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.getCamelContextExtension().setName("routes-aside");
            camel.disableJMX();
            camel.setAutoStartupExcludePattern("*");
            camel.setStartupSummaryLevel(StartupSummaryLevel.Off);
            given.beans().forEach(camel.getRegistry()::bind);
            camel.getPropertiesComponent().setOverrideProperties(given.properties());
            camel.addComponent("quartz", withoutThreads());
            camel.start();
            // Templates and configurations first: routes refer to them.
            entries.stream()
                    .sorted(Comparator.comparing(entry -> entry.isRoute() ? 1 : 0))
                    .forEach(entry -> build(camel, entry, problems));
        } catch (Exception e) {
            problems.add(new Problem(Given.FOLDER, 0, "Camel could not be asked: " + e + "; look at the log"));
        }
        return problems;
    }

    /** Its threads would take half a second to end. */
    private static QuartzComponent withoutThreads() {
        QuartzComponent quartz = new QuartzComponent();
        quartz.setAutoStartScheduler(false);
        quartz.setProperties(Map.of("org.quartz.threadPool.class", ZeroSizeThreadPool.class.getName()));
        return quartz;
    }

    private static void build(CamelContext camel, Entry entry, List<Problem> problems) {
        try {
            PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString(entry.file(), entry.source()));
            if (entry.isTemplate()) {
                instantiate(camel, entry.id());
            }
        } catch (Exception e) {
            problems.add(problem(entry, e));
        }
    }

    private static void instantiate(CamelContext camel, String template) {
        if (((ModelCamelContext) camel).getRouteTemplateDefinition(template) == null) {
            return;
        }
        TemplatedRouteBuilder.builder(camel, template)
                .routeId("aside-" + template)
                .parameter("queue", "queue")
                .parameter("endpoint", "direct:aside-" + template)
                .add();
    }

    private static Problem problem(Entry entry, Throwable error) {
        Set<String> said = new LinkedHashSet<>();
        Throwable root = error;
        for (Throwable one = error; one != null; one = one.getCause() == one ? null : one.getCause()) {
            said.add(String.valueOf(one.getMessage()));
            root = one;
        }
        String all = String.join("\n", said);
        Matcher line = LINE.matcher(all);
        Matcher step = STEP.matcher(all);
        int at = line.find()
                ? Integer.parseInt(line.group(1))
                : new Whereabouts(entry).line(String.valueOf(root.getMessage()), step.find() ? step.group(1) : "");
        return entry.problem(at, says(root) + "; correct it here");
    }

    private static String says(Throwable root) {
        String message = root instanceof ClassNotFoundException
                ? "there is no class " + root.getMessage()
                : root.getMessage() == null ? root.toString() : root.getMessage();
        return message.lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .orElse(root.toString())
                .strip()
                .replaceFirst("[.]$", "");
    }
}
