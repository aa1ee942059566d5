package chasqui.filing;

import java.util.List;

/**
 * What an instrument asks for: these files are mine, of this observation.
 *
 * @param location {@code site/name}; null: the only SOURCE location that this process reaches
 * @param module null: the instrument's only one
 * @param priority of the observation, 0 to 1000000, lowest first; null: as it is
 * @param finish whether the observation is complete with these files; null: it is not
 * @param files names below the location's root: files, folders with everything in them, or a last part with * and ?
 */
public record Submission(
        String location,
        String instrument,
        String module,
        String observation,
        Integer priority,
        Boolean finish,
        List<String> files) {
    private static final int MOST_FILES = 10_000;
    private static final int LONGEST_NAME = 64;
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9_-]{0," + (LONGEST_NAME - 1) + "}";

    public Submission {
        files = files == null ? List.of() : List.copyOf(files);
        finish = finish != null && finish;
    }

    /** @throws FilingRefused something is missing, or is not what it must be */
    Submission checked() {
        require(instrument != null, "instrument missing: say whose files they are");
        require(instrument.matches(NAME), "instrument: is no name of an instrument");
        require(module == null || module.matches(NAME), "module: is no name of a module");
        require(observation != null, "observation missing: say of which executed observation unit");
        require(
                location == null || location.matches("[a-z0-9]{1,32}/[a-z0-9_]{1,64}"),
                "location: wants site/location");
        FilingRequest.checkObservation(observation, priority);
        require(!files.isEmpty() || finish, "files missing: name at least one, or finish the observation");
        require(files.size() <= MOST_FILES, "files: at most " + MOST_FILES + " names in one request");
        require(files.stream().noneMatch(String::isEmpty), "files: a name is empty");
        return this;
    }

    private static void require(boolean right, String problem) {
        if (!right) {
            throw new FilingRefused(problem);
        }
    }
}
