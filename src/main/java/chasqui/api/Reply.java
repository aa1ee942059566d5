package chasqui.api;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/**
 * An answer to another program.
 *
 * @param status of HTTP
 * @param json one document
 */
public record Reply(int status, String json) {
    /** Nothing was done, for this reason. */
    public static Reply error(int status, String error, boolean again) {
        return new Reply(
                status,
                "{\"error\": \""
                        + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(error)) + "\", \"again\": "
                        + again + "}\n");
    }
}
