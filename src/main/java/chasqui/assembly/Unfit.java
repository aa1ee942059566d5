package chasqui.assembly;

import java.util.List;
import java.util.stream.Collectors;

/** Packages cannot travel as they are: their copies at the buffer are gone or not what was registered. */
final class Unfit extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient List<One> packages;

    /** @param gone nothing is there; else something else than what was registered */
    record One(Traveller traveller, String reason, boolean gone) {}

    Unfit(List<One> packages) {
        super(packages.stream()
                .map(one -> one.traveller().name() + ": " + one.reason())
                .collect(Collectors.joining("; ")));
        this.packages = packages;
    }

    List<One> packages() {
        return packages;
    }
}
