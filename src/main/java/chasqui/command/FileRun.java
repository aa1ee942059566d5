package chasqui.command;

import chasqui.filing.Filing;
import chasqui.filing.FilingRefused;
import chasqui.filing.FilingReport;
import chasqui.filing.FilingRequest;
import chasqui.storage.Progress;
import java.io.PrintStream;

/** {@code chasqui file}: files a folder and says what became of it. */
public final class FileRun {
    private FileRun() {}

    /**
     * @param progress told the bytes read, from several threads
     * @param out gets the summary
     * @param err gets every refused file with its remedy, and warnings
     * @return 0 also when some files were refused; 1 when none could be filed; 2 when the request is wrong
     */
    public static int run(Filing filing, FilingRequest request, Progress progress, PrintStream out, PrintStream err) {
        FilingReport report;
        try {
            report = filing.file(request, progress);
        } catch (FilingRefused refused) {
            err.println(refused.getMessage());
            return ChasquiCommand.REFUSED;
        }
        report.warnings().forEach(warning -> err.println("warning: " + warning));
        report.refused()
                .forEach(file -> err.println("refused: " + file.path() + ": " + file.reason() + "; " + file.remedy()));
        if (report.refusedCount() > report.refused().size()) {
            err.println(
                    "refused: and " + (report.refusedCount() - report.refused().size()) + " more");
        }
        out.println(report.location() + ": " + report.registered() + " files registered (" + report.bytes()
                + " bytes), " + report.already() + " already registered, " + report.refusedCount() + " refused");
        return report.nothingCouldBeFiled() ? 1 : 0;
    }
}
