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
 */
public record BenchReport(
        String bench,
        String unit,
        int pairs,
        Map<String, String> conditions,
        Map<String, Spread> ceilings,
        List<BenchCase> cases) {

    /** For scripts or for people. */
    void print(boolean asJson, PrintStream out) throws IOException {
        if (asJson) {
            printJson(out);
        } else {
            printTable(out);
        }
    }

    /** One JSON object; per case {@code case}, and the medians {@code ours}, {@code peer} and {@code ratio}. */
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
        json.writeArrayFieldStart("cases");
        for (BenchCase one : cases) {
            json.writeStartObject();
            json.writeStringField("case", one.name());
            json.writeNumberField("amount", one.amount());
            write(json, "ours", one.ours());
            write(json, "peer", one.peer());
            write(json, "ratio", one.ratio());
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

    /** A table; rates in millions of the unit. */
    public void printTable(PrintStream out) {
        conditions.forEach((name, value) -> out.println(name + ": " + value));
        ceilings.forEach((name, spread) -> out.println("ceiling, " + name + ": " + rate(spread)));
        out.println("rates in M" + unit + ", median (lowest to highest) of " + pairs + " pairs");
        int width = cases.stream().mapToInt(one -> one.name().length()).max().orElse(0);
        String row = "%-" + Math.max(width, 4) + "s  %-26s  %-26s  %s%n";
        out.printf(row, "case", "ours", "peer", "ratio");
        for (BenchCase one : cases) {
            String ratio = String.format(
                    Locale.ROOT,
                    "%.2f (%.2f to %.2f)",
                    one.ratio().median(),
                    one.ratio().min(),
                    one.ratio().max());
            out.printf(row, one.name(), rate(one.ours()), rate(one.peer()), ratio);
        }
    }

    private static String rate(Spread spread) {
        return String.format(
                Locale.ROOT, "%.0f (%.0f to %.0f)", spread.median() / 1e6, spread.min() / 1e6, spread.max() / 1e6);
    }
}
