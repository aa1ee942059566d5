package chasqui.runtime;

import chasqui.settings.Settings;
import chasqui.storage.S3Options;

/** How this node works with S3 stores, all of them. */
final class S3Settings {
    private S3Settings() {}

    static S3Options from(Settings settings) {
        return new S3Options(
                settings.number("chasqui.s3.parts-in-flight", 1, S3Options.MOST_IN_FLIGHT),
                settings.duration("chasqui.s3.silence"),
                settings.duration("chasqui.s3.abandoned-after"));
    }
}
