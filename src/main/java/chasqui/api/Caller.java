package chasqui.api;

/**
 * Who came in.
 *
 * @param token its name
 * @param instrument the only one that it files for; null: any
 */
public record Caller(String token, String instrument) {
    public boolean mayFileFor(String asked) {
        return instrument == null || instrument.equals(asked);
    }
}
