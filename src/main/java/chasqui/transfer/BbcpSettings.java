package chasqui.transfer;

import chasqui.bbcp.BbcpOptions;
import chasqui.settings.Settings;
import java.time.Duration;

/**
 * How bbcp is run by this process.
 *
 * @param program a name on the PATH or a full path
 * @param options where a transfer route says nothing else
 * @param stall longest time without a byte before a run is ended
 * @param slowestBytesPerSecond a run may take ten minutes and as long as its bytes take at this rate
 */
public record BbcpSettings(String program, BbcpOptions options, Duration stall, long slowestBytesPerSecond) {
    public static BbcpSettings from(Settings settings) {
        String program = settings.text("chasqui.bbcp.command");
        if (program.isEmpty() || program.startsWith("-") || program.contains(" ")) {
            settings.refuse("chasqui.bbcp.command", "wants the name or full path of bbcp, without a blank");
        }
        Duration stall = settings.duration("chasqui.bbcp.stall");
        if (stall.compareTo(Duration.ofSeconds(5)) < 0) {
            settings.refuse("chasqui.bbcp.stall", "wants 5s or more: bbcp tells its progress once a second");
        }
        return new BbcpSettings(
                program, BbcpOptions.from(settings), stall, settings.bytes("chasqui.bbcp.slowest-rate"));
    }
}
