package chasqui.storage;

import java.util.List;
import java.util.Map;

/**
 * What a package says about itself: the first entry of its archive.
 *
 * @param facts what the packer said about the package, for example its instrument
 * @param entries the files in the order of the archive, sorted by path bytes; their source is null when read
 */
public record PackageManifest(Map<String, String> facts, List<PackageEntry> entries) {
    /** The name of the first entry; no packed file may have it. */
    public static final String NAME = ".chasqui-manifest.json";

    /** More files than this do not go into one package, so that a manifest always fits in memory. */
    public static final int MAX_FILES = 250_000;

    static final RelativePath PATH = new RelativePath(NAME);
    static final long MAX_BYTES = 128L << 20;

    public PackageManifest {
        facts = Map.copyOf(facts);
        entries = List.copyOf(entries);
    }
}
