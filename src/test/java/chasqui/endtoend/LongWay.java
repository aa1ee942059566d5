package chasqui.endtoend;

import chasqui.testing.Installation.Place;
import chasqui.testing.Relay;
import chasqui.testing.Sshd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What lies between the machine in Chile and all others, and may be cut: then neither end learns of it. */
abstract class LongWay implements AutoCloseable {
    private final List<Relay> relays = new ArrayList<>();

    /** The network of Chile is a namespace of its own where this machine gives one, else Chile's connections pass relays. */
    static LongWay any() throws Exception {
        boolean wanted = Boolean.parseBoolean(System.getProperty("test.namespaces", "true"));
        LongWay way = wanted && NamespaceWay.possible() ? new NamespaceWay() : new RelayedWay();
        System.out.println("Chile is reached by " + way);
        return way;
    }

    /** Address of Chile's own host, as the others see it. */
    abstract String chile();

    /** Addresses of other hosts, as everybody sees them. */
    abstract String cologne();

    abstract String us();

    /** Where Chile meets what serves all sites: the database and Redis. */
    abstract String servers();

    /** Words that lead a command to Chile. */
    abstract List<String> before();

    abstract void cut() throws Exception;

    abstract void mend() throws Exception;

    /** A port at {@link #servers} that leads to one of this machine. */
    int leadingTo(String host, int port) throws IOException {
        Relay relay = Relay.start(servers(), host, port);
        relays.add(relay);
        return relay.port();
    }

    /** What an ssh client in Chile needs to reach a host of this machine. */
    String clientSettings(Sshd host) throws IOException {
        return host.clientSettings();
    }

    List<Relay> relays() {
        return relays;
    }

    /** @param settings that differ over there */
    Place inChile(Map<String, String> settings) {
        return new Place(before(), settings);
    }

    @Override
    public void close() throws Exception {
        for (Relay relay : relays) {
            relay.close();
        }
    }
}
