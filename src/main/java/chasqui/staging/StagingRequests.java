package chasqui.staging;

import chasqui.catalogue.Subjects;
import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.WorkStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Asks for packages at a place of processing, and says when they are needed no longer. */
public final class StagingRequests {
    /** Most packages in one request. */
    public static final int MOST_PACKAGES = 10_000;

    private final Jdbi database;

    public StagingRequests(Jdbi database) {
        this.database = database;
    }

    /**
     * Records one job per package. A package that already has an active job at that place keeps it: asking twice
     * changes nothing.
     *
     * @param packages names of raw data packages, with or without {@code .tar}; 1 to 10,000
     * @param location {@code site/name} of a PROCESSING location
     * @param reason may be null
     * @return the active jobs, in order of package name
     * @throws ChasquiException (not retryable) names everything that cannot be asked for; nothing was recorded
     */
    public List<StagingJob> request(List<String> packages, String location, String requestedBy, String reason) {
        List<String> names = names(packages);
        return database.inTransaction(tx -> {
            long place = place(tx, location);
            List<Long> jobs = StagingJobs.insert(tx, ids(tx, names), place, requestedBy, reason);
            StagingJobs.audit(tx, requestedBy, "staging requested", names, location, reason);
            return StagingJobs.byIds(tx, jobs);
        });
    }

    /**
     * Ends the need for staged packages: what is there may be deleted once retention has passed, what has not begun is
     * cancelled, and work in hand ends at its next step.
     *
     * @param packages names of raw data packages, with or without {@code .tar}; 1 to 10,000
     * @return the jobs that were active, in order of package name; empty when there was none
     * @throws ChasquiException (not retryable) there is no such location or package
     */
    public List<StagingJob> release(List<String> packages, String location, String releasedBy, String reason) {
        List<String> names = names(packages);
        return database.inTransaction(tx -> {
            long place = place(tx, location);
            List<Long> jobs = StagingJobs.lockActive(tx, ids(tx, names), place);
            if (jobs.isEmpty()) {
                return List.of();
            }
            List<Long> idle = StagingJobs.withoutLiveOperation(tx, jobs);
            StagingJobs.release(tx, jobs);
            Subjects.STAGING_JOB.change(tx, idle, WorkStatus.PENDING, WorkStatus.CANCELLED);
            // Work in hand still reads its source: its worker ends that use.
            Uses.release(tx, UseBy.STAGING_JOB, StagingJobs.notInHand(tx, jobs));
            StagingJobs.audit(tx, releasedBy, "staging released", names, location, reason);
            return StagingJobs.byIds(tx, jobs);
        });
    }

    private static List<String> names(List<String> packages) {
        if (packages.isEmpty() || packages.size() > MOST_PACKAGES) {
            throw refused("name 1 to " + MOST_PACKAGES + " packages, not " + packages.size());
        }
        TreeSet<String> names = new TreeSet<>();
        for (String name : packages) {
            names.add(name.endsWith(".tar") ? name.substring(0, name.length() - ".tar".length()) : name);
        }
        return List.copyOf(names);
    }

    private static long place(Handle tx, String location) {
        return tx.createQuery("""
                        SELECT l.id FROM data_location l JOIN site s ON s.id = l.site_id
                         WHERE s.short_name || '/' || l.name = :location AND l.location_type = 'PROCESSING'
                           AND l.storage_type = 'DISK' AND l.active AND s.active
                           AND l.draining_since IS NULL AND s.draining_since IS NULL
                        """)
                .bind("location", location)
                .mapTo(Long.class)
                .findOne()
                .orElseThrow(() -> refused("\"" + location
                        + "\" is not an active PROCESSING location that takes something new; there are: "
                        + StagingJobs.places(tx)));
    }

    private static List<Long> ids(Handle tx, List<String> names) {
        List<StagingJobs.Named> known = StagingJobs.packages(tx, names);
        List<String> unknown = new ArrayList<>(names);
        known.forEach(found -> unknown.remove(found.name()));
        if (!unknown.isEmpty()) {
            throw refused("there is no raw data package named "
                    + String.join(", ", unknown.subList(0, Math.min(20, unknown.size())))
                    + (unknown.size() > 20 ? " and " + (unknown.size() - 20) + " more" : "")
                    + "; nothing was recorded");
        }
        return known.stream().map(StagingJobs.Named::id).toList();
    }

    private static ChasquiException refused(String why) {
        return new ChasquiException(FailureKind.ITEM, false, "staging: " + why);
    }
}
