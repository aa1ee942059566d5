package chasqui.endtoend;

import chasqui.testing.Relay;
import chasqui.testing.Sshd;
import java.io.IOException;
import java.util.List;

/** Everything is loopback, and every connection that Chile opens to another machine passes a relay of the test. */
final class RelayedWay extends LongWay {
    @Override
    String chile() {
        return "127.0.0.2";
    }

    @Override
    String cologne() {
        return "127.0.0.4";
    }

    @Override
    String us() {
        return "127.0.0.5";
    }

    @Override
    String servers() {
        return "127.0.0.1";
    }

    @Override
    List<String> before() {
        return List.of();
    }

    @Override
    String clientSettings(Sshd host) throws IOException {
        return host.clientSettingsOver(servers(), leadingTo(host.address(), host.port()));
    }

    @Override
    void cut() {
        relays().forEach(Relay::cut);
    }

    @Override
    void mend() {
        relays().forEach(Relay::mend);
    }

    @Override
    public String toString() {
        return "relays on loopback, no network of its own";
    }
}
