package chasqui.packaging;

import chasqui.packaging.PackagingRepository.NewPackage;
import chasqui.pipeline.OperationStore;
import chasqui.pipeline.OperationStore.NewOperation;
import chasqui.pipeline.OperationType;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Finds observations whose files are due and records their packages. Any number may run at once. */
public final class PackagingManager {
    static final OperationType TYPE = new OperationType("raw_data_package_creation");

    /** Most files that one round puts into packages; the next round goes on. */
    static final int MOST_FILES = 50_000;

    private final Jdbi database;
    private final PackagingSettings settings;

    public PackagingManager(Jdbi database, PackagingSettings settings) {
        this.database = database;
        this.settings = settings;
    }

    /**
     * One round in one transaction, with the same number of statements whatever the number of files. A site without an
     * active buffer on a disk waits.
     *
     * @return operations recorded
     */
    public int findWork() {
        return database.inTransaction(tx -> {
            List<DueGroup> due = PackagingRepository.lockDue(tx, settings);
            List<NewPackage> packages = due.isEmpty() ? List.of() : split(tx, due);
            if (packages.isEmpty()) {
                return 0;
            }
            List<NewOperation> operations = new ArrayList<>();
            List<Long> ids = PackagingRepository.insert(tx, packages);
            for (int i = 0; i < packages.size(); i++) {
                DueGroup group = packages.get(i).group();
                operations.add(new NewOperation(ids.get(i), group.sourceId(), group.priority()));
            }
            return OperationStore.create(tx, TYPE, "raw_data_package_id", operations, settings.maxAttempts());
        });
    }

    private List<NewPackage> split(Handle tx, List<DueGroup> due) {
        List<GreedySplit> splits = new ArrayList<>();
        due.forEach(group -> splits.add(new GreedySplit(settings.sizeCap())));
        int seen = PackagingRepository.files(tx, due, MOST_FILES, (group, id, size, names) -> splits.get(group)
                .add(id, size, names));
        List<NewPackage> packages = new ArrayList<>();
        int last = -1;
        for (int i = 0; i < due.size(); i++) {
            GreedySplit split = splits.get(i);
            DueGroup group = due.get(i);
            split.full().forEach(piece -> packages.add(new NewPackage(group, piece)));
            last = split.full().isEmpty() && split.open().isEmpty() ? last : i;
        }
        for (int i = 0; i <= last; i++) {
            // A round that was cut short has not seen the rest of its last group: that one goes on in the next round.
            boolean seenWhole = i < last || seen < MOST_FILES;
            DueGroup group = due.get(i);
            if (group.whole() && seenWhole) {
                splits.get(i).open().ifPresent(piece -> packages.add(new NewPackage(group, piece)));
            }
        }
        return packages;
    }
}
