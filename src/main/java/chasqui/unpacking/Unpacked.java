package chasqui.unpacking;

import chasqui.pipeline.Result;
import chasqui.storage.RelativePath;
import java.util.ArrayList;
import java.util.List;

/**
 * An arrival that was proven, and what came out of it.
 *
 * @param sendCount how often it was sent until it was right
 * @param relayed it is on its way to another site and was kept as it is
 * @param transferPackageId null: one raw data package by itself
 * @param packages none at a relay
 * @param transferPackage null unless it was to be kept
 */
record Unpacked(
        At at,
        int sendCount,
        boolean relayed,
        Long transferPackageId,
        List<Placed> packages,
        Placed transferPackage,
        String node)
        implements Result {

    /**
     * Where it is now.
     *
     * @param destination {@code site/name}
     */
    record At(long destinationId, String destination) {}

    /**
     * One package under its final name.
     *
     * @param id of its row
     * @param path below the location's root
     */
    record Placed(long id, RelativePath path, Proven proven) {}

    static Unpacked of(Arrival arrival, Unpacking.Result result, String node) {
        List<Placed> packages = new ArrayList<>();
        if (!arrival.relayed()) {
            for (Arrival.ArrivedPackage one : arrival.packages()) {
                packages.add(new Placed(
                        one.id(),
                        new RelativePath(one.path()),
                        result.packages().get(one.id())));
            }
        }
        return new Unpacked(
                new At(arrival.destination().id(), arrival.destination().label()),
                arrival.sendCount(),
                arrival.relayed(),
                arrival.transferPackageId(),
                packages,
                result.transferPackage() == null
                        ? null
                        : new Placed(
                                arrival.transferPackageId(),
                                new RelativePath(arrival.path()),
                                result.transferPackage()),
                node);
    }

    Unpacked foundAgain(List<Placed> packagesNow, Placed transferPackageNow) {
        return new Unpacked(at, sendCount, relayed, transferPackageId, packagesNow, transferPackageNow, node);
    }
}
