package chasqui.command;

import chasqui.pipeline.ChasquiException;
import chasqui.staging.StagingJob;
import chasqui.staging.StagingRequests;
import java.io.PrintStream;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** {@code chasqui stage PACKAGE… --to SITE/LOCATION [--release]}: asks for packages, or gives them back. */
public final class StageRequest {
    private final StagingRequests requests;
    private final PrintStream out;
    private final PrintStream err;

    public StageRequest(Jdbi database, PrintStream out, PrintStream err) {
        this.requests = new StagingRequests(database);
        this.out = out;
        this.err = err;
    }

    /**
     * @param release give back instead of asking
     * @param reason may be null
     * @return exit code: 0 done, 2 refused, with the reason on the error stream
     */
    public int run(List<String> packages, String location, boolean release, String who, String reason) {
        try {
            List<StagingJob> jobs = release
                    ? requests.release(packages, location, who, reason)
                    : requests.request(packages, location, who, reason);
            jobs.forEach(job -> out.println(line(job, release)));
            if (jobs.isEmpty()) {
                out.println("nothing is staged or asked for at " + location + " under these names");
            }
            return 0;
        } catch (ChasquiException refused) {
            err.println(refused.getMessage());
            return ChasquiCommand.REFUSED;
        }
    }

    private static String line(StagingJob job, boolean release) {
        String name = job.packageName() + " at " + job.location() + ": ";
        if (release) {
            return name + "released; what is there goes once retention has passed";
        }
        String waiting = job.waitsFor() == null ? "" : ", waiting: " + job.waitsFor();
        return name
                + switch (job.status()) {
                    case COMPLETED -> "staged in the folder " + job.packageName() + " since " + job.stagedAt();
                    case IN_PROGRESS -> "being fetched";
                    default -> "asked for" + waiting;
                }
                + " (job " + job.uuid() + ")";
    }
}
