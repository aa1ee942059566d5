package chasqui.runtime;

import chasqui.settings.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Where other programs reach this process.
 *
 * @param port 0: any free one
 * @param largestBody of a request, in bytes
 */
record ApiSettings(boolean enabled, String host, int port, long largestBody) {
    static final String PORT = "chasqui.api.port";
    static final String HOST = "chasqui.api.host";

    static ApiSettings from(Settings settings) {
        String host = settings.text(HOST);
        try {
            InetAddress.getByName(host.isEmpty() ? "." : host);
        } catch (UnknownHostException e) {
            settings.refuse(HOST, "wants an address or name of this machine, such as 127.0.0.1");
        }
        int port = settings.number(PORT, 0, 65535);
        boolean enabled = settings.list("chasqui.node.roles").contains("api");
        if (enabled
                && port != 0
                && settings.flag("chasqui.management.enabled")
                && port == settings.number(ManagementSettings.PORT, 0, 65535)) {
            // Camel would make one server of the two, without the password.
            settings.refuse(PORT, "wants another port than " + ManagementSettings.PORT);
        }
        return new ApiSettings(enabled, host, port, settings.bytes("chasqui.api.largest-body"));
    }
}
