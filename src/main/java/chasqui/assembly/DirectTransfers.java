package chasqui.assembly;

import chasqui.catalogue.Subjects;
import chasqui.catalogue.UseBy;
import chasqui.catalogue.Uses;
import chasqui.pipeline.ChasquiException;
import chasqui.pipeline.FailureKind;
import chasqui.pipeline.PackageState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Records the transfers of packages that go by themselves, straight into archives. */
final class DirectTransfers {
    private DirectTransfers() {}

    /**
     * Packages that had one turn together, and where they go.
     *
     * @param nextSites archive sites that are sent them from the primary's archive
     */
    record Journey(Bundle bundle, long primarySiteId, List<Long> nextSites) {}

    /**
     * Records a primary transfer for each package, and secondaries that wait for it; all of them protect the copy at the
     * buffer. The packages of one journey bear one time, by which the round-robin knows them as one turn.
     */
    static void insert(Handle tx, List<Journey> journeys) {
        if (journeys.isEmpty()) {
            return;
        }
        List<Long> packages = new ArrayList<>();
        List<Long> sites = new ArrayList<>();
        List<Long> buffers = new ArrayList<>();
        List<Boolean> primaries = new ArrayList<>();
        List<Integer> turns = new ArrayList<>();
        Map<Long, Long> copies = new HashMap<>();
        for (int turn = 0; turn < journeys.size(); turn++) {
            Journey journey = journeys.get(turn);
            for (Candidate one : journey.bundle().packages()) {
                copies.put(one.packageId(), one.copyId());
                List<Long> all = new ArrayList<>(List.of(journey.primarySiteId()));
                all.addAll(journey.nextSites());
                for (int i = 0; i < all.size(); i++) {
                    packages.add(one.packageId());
                    sites.add(all.get(i));
                    buffers.add(i == 0 ? one.bufferId() : null);
                    primaries.add(i == 0);
                    turns.add(turn);
                }
            }
        }
        List<Uses.Intent> intents = tx.createQuery("""
                        INSERT INTO data_transfer (raw_data_package_id, destination_site_id, is_primary, origin_location_id,
                                                   waits_for, created_at)
                        SELECT w.package, w.site, w.is_primary, w.buffer, CASE WHEN NOT w.is_primary THEN :waitsFor END,
                               transaction_timestamp() + w.turn * interval '1 microsecond'
                          FROM unnest(:packages, :sites, :buffers, :primaries, :turns)
                               AS w (package, site, buffer, is_primary, turn)
                        RETURNING id, raw_data_package_id
                        """)
                .bind("waitsFor", AssemblyRecords.PRIMARY_FIRST)
                .bindArray("packages", Long.class, packages)
                .bindArray("sites", Long.class, sites)
                .bindArray("buffers", Long.class, buffers)
                .bindArray("primaries", Boolean.class, primaries)
                .bindArray("turns", Integer.class, turns)
                .map((row, context) ->
                        new Uses.Intent(row.getLong("id"), copies.get(row.getLong("raw_data_package_id"))))
                .list();
        if (Uses.add(tx, UseBy.DATA_TRANSFER, intents).size() != intents.size()) {
            throw new ChasquiException(
                    FailureKind.PLATFORM,
                    true,
                    "copies of packages were taken by another while their transfers were being recorded; nothing was "
                            + "recorded, the next round looks again");
        }
        tx.createUpdate("UPDATE raw_data_package SET goes_alone = true WHERE id = ANY (:ids)")
                .bindArray("ids", Long.class, List.copyOf(copies.keySet()))
                .execute();
        Subjects.changeState(tx, List.copyOf(copies.keySet()), PackageState.WAITING, PackageState.TRANSFERRING);
    }
}
