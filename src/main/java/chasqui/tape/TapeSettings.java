package chasqui.tape;

import chasqui.pipeline.Backoff;
import chasqui.settings.Settings;
import chasqui.storage.TapeLimits;

/**
 * How patient this program is with tape libraries.
 *
 * @param looks pauses between two looks at what is not on tape yet
 */
public record TapeSettings(TapeLimits limits, Backoff looks) {
    public static TapeSettings from(Settings settings) {
        return new TapeSettings(
                new TapeLimits(
                        settings.duration("chasqui.tape.answer"),
                        settings.duration("chasqui.tape.mount"),
                        Math.max(1, settings.bytes("chasqui.tape.slowest"))),
                new Backoff(
                        settings.duration("chasqui.tape.look.first"), settings.duration("chasqui.tape.look.longest")));
    }
}
