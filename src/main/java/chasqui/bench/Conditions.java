package chasqui.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What of this machine a reader must know to believe a result. */
final class Conditions {
    private Conditions() {}

    static Map<String, String> of(Path folder, double scale) throws IOException {
        Map<String, String> conditions = new LinkedHashMap<>();
        conditions.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        conditions.put("java", System.getProperty("java.version"));
        conditions.put("file system", Files.getFileStore(folder).type());
        if (scale != 1) {
            conditions.put("scale", String.format(Locale.ROOT, "%.4f of the real sizes: only a try", scale));
        }
        return conditions;
    }

    /** Processes that wanted a processor, over the last minute: ours and everybody else's. */
    static String load() {
        return String.format(
                Locale.ROOT,
                "%.1f",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
}
