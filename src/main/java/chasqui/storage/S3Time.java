package chasqui.storage;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import software.amazon.awssdk.core.SdkResponse;

/** The time by a store's own clock, with which it stamps what lies in it: ours may be days ahead. */
final class S3Time {
    private S3Time() {}

    /** @param ours counts where the answer tells no time */
    static Instant of(SdkResponse answer, Clock ours) {
        try {
            return answer.sdkHttpResponse()
                    .firstMatchingHeader("Date")
                    .map(date -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)))
                    .orElseGet(ours::instant);
        } catch (DateTimeException noDate) {
            return ours.instant();
        }
    }
}
