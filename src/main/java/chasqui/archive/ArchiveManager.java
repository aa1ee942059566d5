package chasqui.archive;

import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.pipeline.OperationStore;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Finds packages that an archive of their site does not have yet, and those that were sent straight to one. */
public final class ArchiveManager {
    /** Most ways into archives per round; the next round takes the others. */
    private static final int ROUND = 500;

    private final Jdbi database;

    public ArchiveManager(Jdbi database) {
        this.database = database;
    }

    /**
     * Records a way into each active archive of its site for every package PRESENT at a buffer there, protects that
     * copy, and records the operations; likewise for what a data transfer has brought to an archive
     * that does not have it.
     *
     * @return how many operations
     */
    public int findWork() {
        return database.inTransaction(tx -> {
            Arrivals.endNeedless(tx, ROUND);
            List<OperationStore.NewOperation> operations = new ArrayList<>(Arrivals.lock(tx, ROUND));
            List<ArchiveRepository.Wanted> wanted = ArchiveRepository.lockWanted(tx, ROUND);
            List<ArchiveRepository.Way> ways = wanted.isEmpty() ? List.of() : ArchiveRepository.addWays(tx, wanted);
            Uses.add(
                    tx,
                    UseBy.LONG_TERM_ARCHIVE_TRANSFER,
                    ways.stream()
                            .map(way -> new Uses.Intent(way.id(), way.copyId()))
                            .toList());
            ways.forEach(
                    way -> operations.add(new OperationStore.NewOperation(way.id(), way.archiveId(), way.priority())));
            return operations.isEmpty()
                    ? 0
                    : OperationStore.create(tx, ArchiveWorker.TYPE, "long_term_archive_transfer_id", operations);
        });
    }
}
