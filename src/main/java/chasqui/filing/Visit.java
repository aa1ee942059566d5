package chasqui.filing;

import chasqui.storage.DurableFiles;
import chasqui.storage.FileFacts;
import chasqui.storage.PackageManifest;
import chasqui.storage.RelativePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Consumer;

/** Decides what each name of a tree is: a file to register, a folder to go into, something to skip or refuse. */
final class Visit implements TreeWalk.Visitor {
    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    private final Source source;
    private final Consumer<Found> files;
    private final Tally tally;
    private final Path ownFolder;

    Visit(Source source, Consumer<Found> files, Tally tally) {
        this.source = source;
        this.files = files;
        this.tally = tally;
        this.ownFolder = source.root().resolve(DurableFiles.OWN_FOLDER);
    }

    @Override
    public boolean meet(Path path) {
        FileFacts facts;
        try {
            facts = FileFacts.of(path);
        } catch (IOException failure) {
            tally.refuse(Measured.refusal(readable(path), failure));
            return false;
        }
        if (facts.kind() == FileFacts.Kind.OTHER) {
            return isOurFolder(path);
        }
        RelativePath name;
        try {
            name = RelativePath.of(source.root(), path);
        } catch (IllegalArgumentException tooLong) {
            refuse(path, tooLong.getMessage(), "give it a shorter path, then file it again");
            return false;
        }
        if (name.encoded().equals(PackageManifest.NAME)) {
            refuse(path, "has the name that every package's own list of contents has", "rename it, then file it again");
        } else if (facts.modified().isBefore(EARLIEST) || facts.modified().isAfter(LATEST)) {
            refuse(path, "its time of last change is no date of the calendar", "touch it, then file it again");
        } else {
            files.accept(new Found(path, name, facts));
        }
        return false;
    }

    private boolean isOurFolder(Path path) {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            refuse(
                    path,
                    "is a FIFO, socket or device; only files and symbolic links can be kept",
                    "move it out of the folder");
            return false;
        }
        if (path.equals(ownFolder)) {
            return false;
        }
        if (source.foreign().contains(path)) {
            tally.warn(readable(path) + ": is the root of another data location; what lies in it was not filed");
            return false;
        }
        return true;
    }

    @Override
    public void unreadable(Path folder, IOException failure) {
        tally.refuse(Measured.refusal(folder.equals(source.root()) ? "." : readable(folder), failure));
    }

    private void refuse(Path path, String reason, String remedy) {
        tally.refuse(new FilingReport.Refused(readable(path), reason, remedy));
    }

    private String readable(Path path) {
        try {
            return RelativePath.of(source.root(), path).readable();
        } catch (IllegalArgumentException tooLong) {
            String text = path.toString();
            return "…" + text.substring(Math.max(0, text.length() - 200)).replaceAll("\\p{Cntrl}", "?");
        }
    }
}
