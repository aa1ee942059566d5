package chasqui.filing;

import java.util.List;

/**
 * What became of a folder's files.
 *
 * @param registered files that are new in the catalogue
 * @param already files that were registered before and are unchanged
 * @param bytes size of the new files together
 * @param refusedCount files (and unreadable folders) that were not filed
 * @param refused the first {@value #MOST_NAMED} of those
 * @param warnings things that were accepted and deserve a look, at most {@value #MOST_NAMED}
 */
public record FilingReport(
        String location,
        long registered,
        long already,
        long bytes,
        long refusedCount,
        List<Refused> refused,
        List<String> warnings) {
    static final int MOST_NAMED = 10_000;

    /** A file that was not filed: why, and what to do. */
    public record Refused(String path, String reason, String remedy) {}

    public FilingReport {
        refused = List.copyOf(refused);
        warnings = List.copyOf(warnings);
    }

    /** Whether there were files, and not one of them could be filed. */
    public boolean nothingCouldBeFiled() {
        return registered + already == 0 && refusedCount > 0;
    }
}
