package chasqui.command;

import chasqui.filing.Dismissal;
import chasqui.filing.Filing;
import chasqui.filing.FilingRefused;
import chasqui.filing.FilingReport;
import chasqui.filing.FilingRequest;
import chasqui.filing.Rejection;
import chasqui.filing.Rejections;
import chasqui.storage.Progress;
import java.io.PrintStream;
import java.util.List;

/** {@code chasqui file}: files a folder and says what became of it. */
public final class FileRun {
    private static final int MOST_REJECTED = 1_000;

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
        out.println(report.location() + ": " + report.registered()
                + (report.registered() == 1 ? " file" : " files") + " registered (" + report.bytes()
                + " bytes), " + report.already() + " already registered, " + report.refusedCount() + " refused");
        return report.nothingCouldBeFiled() ? 1 : 0;
    }

    /** @return exit code: 0 taken from the list; 2 there is nothing of that kind, or no reason is given */
    public static int dismiss(Rejections rejections, Dismissal which, String reason, PrintStream out, PrintStream err) {
        if (reason.isBlank()) {
            err.println("--reason: say why nothing is to be done, for who asks later");
            return ChasquiCommand.REFUSED;
        }
        int dismissed = rejections.dismiss(which, Person.here(), reason.strip());
        if (dismissed == 0) {
            err.println("there are no " + which + "; chasqui file --rejected shows those that there are");
            return ChasquiCommand.REFUSED;
        }
        out.println(dismissed + " " + which + " are dismissed; the files stay where they are, in no package");
        return ChasquiCommand.DONE;
    }

    /** Shows what could not be registered. */
    static int rejected(Rejections rejections, PrintStream out) {
        List<Rejection> latest = rejections.latest(MOST_REJECTED);
        if (latest.isEmpty()) {
            out.println("everything that instruments filed is registered, or waits for that");
        }
        latest.forEach(one -> out.println(one.rejectedAt() + " " + one.location() + " "
                + Rejections.readable(one.path()) + " (" + one.instrument() + ", observation " + one.observation()
                + (one.filedBy() == null ? "" : ", filed by " + one.filedBy()) + "): " + one.reason() + "; "
                + one.remedy()));
        return 0;
    }
}
