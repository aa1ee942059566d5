package chasqui.storage;

import java.nio.file.Path;

/** A name that is to be made exists already. Nothing was replaced: compare, then adopt it or move it aside. */
public final class FinalNameTaken extends StorageException {
    private static final long serialVersionUID = 1L;
    private final transient Path name;

    public FinalNameTaken(Path name) {
        super(name + ": exists already and is never replaced; compare it, then adopt or quarantine it");
        this.name = name;
    }

    public Path name() {
        return name;
    }
}
