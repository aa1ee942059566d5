package chasqui.embedded;

import java.nio.file.Path;
import java.util.Optional;

/** The home belongs to another running process. */
public final class HomeInUse extends HomeRefused {
    private static final long serialVersionUID = 1L;

    private final transient HomeHolder holder;

    HomeInUse(Path home, Optional<HomeHolder> holder) {
        super(holder.map(h ->
                                "home %s is in use by process %d on %s since %s: stop it (kill %d lets it finish its work)"
                                        .formatted(home, h.pid(), h.host(), h.started(), h.pid()))
                        .orElse("home %s is in use by another process: stop it".formatted(home))
                + ", or choose another home with --home DIR");
        this.holder = holder.orElse(null);
    }

    /** Who holds the home, as far as it left its name. */
    public Optional<HomeHolder> holder() {
        return Optional.ofNullable(holder);
    }
}
