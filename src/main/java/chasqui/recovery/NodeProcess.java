package chasqui.recovery;

import java.util.List;

/**
 * What a node says of itself when it enters the register.
 *
 * @param roles some of manager, worker, monitor, api
 * @param locations patterns of the data locations that it reaches
 * @param host its machine's name
 * @param machine tells machines of one name apart; empty: unknown
 */
public record NodeProcess(
        String version, List<String> roles, List<String> locations, String host, String machine, long processId) {
    public NodeProcess {
        roles = List.copyOf(roles);
        locations = List.copyOf(locations);
    }

    /** This process. */
    public static NodeProcess here(String version, List<String> roles, List<String> locations, String host) {
        return new NodeProcess(
                version,
                roles,
                locations,
                host,
                Machine.id(),
                ProcessHandle.current().pid());
    }
}
