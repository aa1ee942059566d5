package chasqui.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.S3Archive;
import chasqui.testing.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Every archive of far sites taken apart with tools that are not ours, and compared with what the instruments wrote. */
final class OpenedArchives {
    private final FarSites sites;
    /** Library of the tape archive: its tapes lie below {@code tapes}. */
    private final Path library;

    private OpenedArchives(FarSites sites, Path library) {
        this.sites = sites;
        this.library = library;
    }

    /** A package where an archive has it. */
    private record Archived(
            String location,
            String storage,
            String root,
            String bucket,
            String credential,
            String path,
            String sha256) {}

    /**
     * Requires every byte in every archive, and no file anywhere else.
     *
     * @param library of the tape archive, where there is one
     */
    static void requireAll(FarSites sites, Path library) throws Exception {
        new OpenedArchives(sites, library).require();
    }

    private void require() throws Exception {
        List<Archived> all = archived();
        for (String location :
                new TreeSet<>(all.stream().map(Archived::location).toList())) {
            List<Archived> here =
                    all.stream().filter(one -> one.location().equals(location)).toList();
            assertThat(here)
                    .as("packages at " + location)
                    .hasSize(Integer.parseInt(sites.database.value("SELECT count(*) FROM raw_data_package")));
            open(location, here);
            onlyThose(here);
        }
        requireNothingLeft(sites);
    }

    /** Requires that no file lies at a source or buffer. */
    static void requireNothingLeft(FarSites sites) throws Exception {
        for (String root :
                sites.database.values("SELECT root FROM data_location WHERE location_type IN ('SOURCE', 'BUFFER')")) {
            assertThat(files(Path.of(root))).as("left at " + root).isEmpty();
        }
    }

    private List<Archived> archived() {
        return sites.database.jdbi().withHandle(db -> db.createQuery("""
                        SELECT s.short_name || '/' || l.name AS location, l.storage_type, l.root, l.bucket, l.credential,
                               coalesce(l.prefix, '') || c.path AS path, p.sha256
                          FROM physical_copy c
                          JOIN raw_data_package p ON p.id = c.raw_data_package_id
                          JOIN data_location l ON l.id = c.data_location_id JOIN site s ON s.id = l.site_id
                         WHERE l.location_type = 'LONG_TERM_ARCHIVE' AND c.state = 'PRESENT'
                        """)
                .map((row, context) -> new Archived(
                        row.getString("location"),
                        row.getString("storage_type"),
                        row.getString("root"),
                        row.getString("bucket"),
                        row.getString("credential"),
                        row.getString("path"),
                        row.getString("sha256")))
                .list());
    }

    private void open(String location, List<Archived> here) throws Exception {
        Path tree = Files.createDirectories(sites.folder.resolve("opened").resolve(location));
        for (Archived one : here) {
            Path tar = fetched(one);
            assertThat("sha256:" + Tools.run(tree, "sha256sum", tar.toString()).split(" ")[0])
                    .as(one.path() + " at " + location)
                    .isEqualTo(one.sha256());
            Tools.run(tree, "tar", "xf", tar.toString());
        }
        for (Map.Entry<String, byte[]> file : sites.written().entrySet()) {
            assertThat(tree.resolve(file.getKey())).as(location).hasBinaryContent(file.getValue());
        }
    }

    private Path fetched(Archived one) throws Exception {
        if (one.storage().equals("DISK")) {
            return Path.of(one.root()).resolve(one.path());
        }
        if (one.storage().equals("TAPE")) {
            return library.resolve("tapes").resolve(one.path());
        }
        Path tar = Files.createTempFile(sites.folder, "fetched", ".tar");
        Files.delete(tar);
        try (S3Archive archive = client(one)) {
            archive.fetch(one.bucket(), one.path(), tar);
        }
        return tar;
    }

    private S3Archive client(Archived one) throws Exception {
        return new S3Archive(sites.store(one.credential()).home().path());
    }

    /** Each package with the document beside it, and nothing that an attempt left. */
    private void onlyThose(List<Archived> here) throws Exception {
        Archived any = here.get(0);
        Set<String> expected = new TreeSet<>();
        for (Archived one : here) {
            expected.add(one.path());
            expected.add(one.path().replaceFirst("\\.tar$", ".json"));
        }
        List<String> found;
        if (any.storage().equals("S3")) {
            try (S3Archive archive = client(any)) {
                found = archive.keys(any.bucket());
                assertThat(archive.unfinished(any.bucket()))
                        .as("uploads under way in " + any.bucket())
                        .isEmpty();
            }
        } else {
            found = files(any.storage().equals("DISK") ? Path.of(any.root()) : library.resolve("tapes"));
        }
        assertThat(found).as("at " + any.location()).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static List<String> files(Path root) throws Exception {
        List<String> found = new ArrayList<>();
        try (Stream<Path> all = Files.walk(root)) {
            all.filter(Files::isRegularFile)
                    .forEach(file -> found.add(root.relativize(file).toString()));
        }
        return found;
    }
}
