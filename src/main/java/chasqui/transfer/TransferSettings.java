package chasqui.transfer;

import chasqui.link.LinkSettings;
import chasqui.pipeline.StallLimit;
import chasqui.settings.Settings;

/**
 * How bytes travel.
 *
 * @param method for sites whose transfer route names none
 * @param links how much a link carries at once, and what becomes of one that does not answer
 * @param stall how long sending may show no progress
 */
public record TransferSettings(String method, LinkSettings links, StallLimit stall) {
    public TransferSettings(String method, StallLimit stall) {
        this(method, LinkSettings.DEFAULT, stall);
    }

    public static TransferSettings from(Settings settings) {
        String method = settings.text("chasqui.transfer.method");
        if (!method.matches("[a-z0-9-]{1,32}")) {
            settings.refuse("chasqui.transfer.method", "wants a name of lower case letters, digits and '-'");
        }
        return new TransferSettings(
                method, LinkSettings.from(settings), new StallLimit(settings.duration("chasqui.lease.stall")));
    }
}
