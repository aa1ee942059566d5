package chasqui.runtime;

import chasqui.settings.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * Where and whether operators reach this process.
 *
 * @param port 0: any free one
 * @param loopLimit longest time that a critical loop may go without a completed round
 */
record ManagementSettings(boolean enabled, String host, int port, Duration loopLimit) {
    static final String PORT = "chasqui.management.port";
    static final String HOST = "chasqui.management.host";

    static ManagementSettings from(Settings settings) {
        String host = settings.text(HOST);
        try {
            InetAddress.getByName(host.isEmpty() ? "." : host);
        } catch (UnknownHostException e) {
            settings.refuse(HOST, "wants an address or name of this machine, such as 127.0.0.1");
        }
        return new ManagementSettings(
                settings.flag("chasqui.management.enabled"),
                host,
                settings.number(PORT, 0, 65535),
                settings.duration("chasqui.management.loop-limit"));
    }
}
