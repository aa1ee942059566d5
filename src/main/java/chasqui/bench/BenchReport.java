package chasqui.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A bench's result, for people and for scripts.
 *
 * @param bench its name
 * @param unit of the rates, for instance {@code bytes/s}
 * @param conditions what a reader must know to believe it: machine, caches, versions
 * @param ceilings what no contender can beat, in the same unit; may be empty
 * @param figures single numbers that a script looks for, each in the unit of its name; may be empty
 */
public record BenchReport(
        String bench,
        String unit,
        int pairs,
        Map<String, String> conditions,
        Map<String, Spread> ceilings,
        Map<String, Double> figures,
        List<BenchCase> cases) {

    BenchReport(
            String bench,
            String unit,
            int pairs,
            Map<String, String> conditions,
            Map<String, Spread> ceilings,
            List<BenchCase> cases) {
        this(bench, unit, pairs, conditions, ceilings, Map.of(), cases);
    }

    /** For scripts or for people. */
    void print(boolean asJson, PrintStream out) throws IOException {
        if (asJson) {
            printJson(out);
        } else {
            printTable(out);
        }
    }

    /**
     * One JSON object with the figures; per case {@code case}, and the medians {@code ours}, {@code peer} and {@code ratio},
     * the last two only where the peer is on this machine.
     */
    public void printJson(PrintStream out) throws IOException {
        JsonGenerator json = new ObjectMapper().createGenerator(out).useDefaultPrettyPrinter();
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.writeStartObject();
        json.writeStringField("bench", bench);
        json.writeStringField("unit", unit);
        json.writeNumberField("pairs", pairs);
        json.writePOJOField("conditions", conditions);
        json.writeObjectFieldStart("ceilings");
        for (Map.Entry<String, Spread> ceiling : ceilings.entrySet()) {
            json.writeNumberField(ceiling.getKey(), ceiling.getValue().median());
        }
        json.writeEndObject();
        for (Map.Entry<String, Double> figure : figures.entrySet()) {
            json.writeNumberField(figure.getKey(), figure.getValue());
        }
        json.writeArrayFieldStart("cases");
        for (BenchCase one : cases) {
            json.writeStartObject();
            json.writeStringField("case", one.name());
            json.writeNumberField("amount", one.amount());
            write(json, "ours", one.ours());
            if (one.peer() != null && one.ratio() != null) {
                write(json, "peer", one.peer());
                write(json, "ratio", one.ratio());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.close();
        out.println();
    }

    private static void write(JsonGenerator json, String name, Spread spread) throws IOException {
        json.writeNumberField(name, spread.median());
        json.writeNumberField(name + "Min", spread.min());
        json.writeNumberField(name + "Max", spread.max());
    }

    /** A table; bytes in millions. */
    public void printTable(PrintStream out) {
        conditions.forEach((name, value) -> out.println(name + ": " + value));
        ceilings.forEach((name, spread) -> out.println("ceiling, " + name + ": " + rate(spread)));
        figures.forEach((name, value) -> out.printf(Locale.ROOT, "%s: %s%n", name, number(value)));
        out.println(
                "rates in " + (inMillions() ? "M" : "") + unit + ", median (lowest to highest) of " + pairs + " pairs");
        int width = cases.stream().mapToInt(one -> one.name().length()).max().orElse(0);
        String row = "%-" + Math.max(width, 4) + "s  %-26s  %-26s  %s%n";
        out.printf(row, "case", "ours", "peer", "ratio");
        for (BenchCase one : cases) {
            if (one.peer() == null || one.ratio() == null) {
                out.printf(row, one.name(), rate(one.ours()), "not here", "");
                continue;
            }
            String ratio = String.format(
                    Locale.ROOT,
                    "%.2f (%.2f to %.2f)",
                    one.ratio().median(),
                    one.ratio().min(),
                    one.ratio().max());
            out.printf(row, one.name(), rate(one.ours()), rate(one.peer()), ratio);
        }
    }

    private boolean inMillions() {
        return unit.startsWith("bytes");
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : String.format(Locale.ROOT, "%.2f", value);
    }

    private String rate(Spread spread) {
        double unitOf = inMillions() ? 1e6 : 1;
        return String.format(
                Locale.ROOT,
                "%.0f (%.0f to %.0f)",
                spread.median() / unitOf,
                spread.min() / unitOf,
                spread.max() / unitOf);
    }
}
