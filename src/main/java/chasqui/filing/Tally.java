package chasqui.filing;

import java.util.ArrayList;
import java.util.List;

/** Counts a filing as it goes. Used by one thread. */
final class Tally implements Registration.Outcome {
    private final List<FilingReport.Refused> refused = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private long registered;
    private long already;
    private long bytes;
    private long refusedCount;
    private long unnamedWarnings;

    @Override
    public void registered(Measured file) {
        registered++;
        bytes += file.fingerprint().sizeBytes();
        if (file.isEmptyFile()) {
            warn(file.found().readable() + ": holds no bytes; it is archived as it is");
        }
    }

    void already() {
        already++;
    }

    @Override
    public void already(Measured file) {
        already();
    }

    @Override
    public void refused(Measured file, FilingReport.Refused why) {
        refuse(why);
    }

    void refuse(FilingReport.Refused file) {
        refusedCount++;
        if (refused.size() < FilingReport.MOST_NAMED) {
            refused.add(file);
        }
    }

    void warn(String warning) {
        if (warnings.size() < FilingReport.MOST_NAMED - 1) {
            warnings.add(warning);
        } else {
            unnamedWarnings++;
        }
    }

    boolean refusedNothing() {
        return refusedCount == 0;
    }

    boolean sawNothing() {
        return registered + already + refusedCount == 0;
    }

    FilingReport report(String location) {
        if (unnamedWarnings > 0) {
            warnings.add("and " + unnamedWarnings + " more warnings");
        }
        return new FilingReport(location, registered, already, bytes, refusedCount, refused, warnings);
    }
}
