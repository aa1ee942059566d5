package chasqui.topology;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** No two active locations share a place or lie inside each other: one could delete what belongs to the other. */
record PathRules(TopologyFile topology) {
    private static final Set<String> THIS_MACHINE = Set.of("", "localhost", "127.0.0.1", "::1");

    /**
     * @param realm what a path is unique within: a host, or a bucket at its endpoint
     * @param path absolute, symbolic links resolved as far as it exists here
     * @param shown as the file has it
     */
    private record Place(String label, String realm, Path path, String shown) {
        boolean clashes(Place other) {
            return realm.equals(other.realm) && (path.startsWith(other.path) || other.path.startsWith(path));
        }
    }

    void check(List<String> problems) {
        List<Place> places = new ArrayList<>();
        for (LocationEntry location : topology.locations()) {
            Place place = location.active() ? place(location, problems) : null;
            if (place == null) {
                continue;
            }
            places.stream().filter(place::clashes).forEach(other -> problems.add(clash(other, place)));
            places.add(place);
        }
    }

    /** On a disk; null when it has none. */
    private static Path folder(LocationEntry location) {
        if (location.tape() != null) {
            return location.tape().recallRoot();
        }
        return location.disk() == null ? null : location.disk().root();
    }

    private static String clash(Place first, Place second) {
        String how = first.path.equals(second.path) ? "lie on one path" : "lie inside each other";
        return "locations %s (%s) and %s (%s) %s; give each a folder of its own"
                .formatted(first.label, first.shown, second.label, second.shown, how);
    }

    private static Place place(LocationEntry location, List<String> problems) {
        String label = location.path();
        Path root = folder(location);
        if (root != null) {
            String host = location.disk() == null || location.disk().host() == null
                    ? ""
                    : location.disk().host().toLowerCase(Locale.ROOT);
            boolean here = THIS_MACHINE.contains(host);
            if (here && Files.exists(root) && !Files.isDirectory(root)) {
                problems.add(
                        "location %s: root %s is no folder; name one, or move what lies there".formatted(label, root));
                return null;
            }
            try {
                return new Place(label, here ? "disk" : "disk " + host, here ? resolved(root) : root, root.toString());
            } catch (IOException e) {
                problems.add("location %s: root %s cannot be looked at (%s); check its permissions and links"
                        .formatted(label, root, e));
                return null;
            }
        }
        if (location.bucket() != null && !location.bucket().bucket().isEmpty()) {
            Bucket bucket = location.bucket();
            String endpoint = bucket.endpoint() == null ? "" : bucket.endpoint().toLowerCase(Locale.ROOT);
            return new Place(
                    label,
                    "bucket " + bucket.bucket() + " at " + endpoint,
                    Path.of("/" + bucket.prefix()),
                    bucket.bucket() + "/" + bucket.prefix());
        }
        return null;
    }

    /** The part of the path that exists with its links followed, and the rest as it is written. */
    private static Path resolved(Path root) throws IOException {
        Path existing = root;
        while (!Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
            existing = existing.getParent();
        }
        return existing.toRealPath().resolve(existing.relativize(root)).normalize();
    }
}
