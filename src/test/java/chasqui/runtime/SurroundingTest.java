package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.embedded.HomeFolders;
import chasqui.settings.SettingsReader;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurroundingTest {
    @TempDir
    private Path home;

    private boolean accepts(String credential, Map<String, String> set) {
        return Surrounding.of(new HomeFolders(home), SettingsReader.read(null, Map.of(), set))
                .knowsCredential()
                .test(credential);
    }

    @Test
    void who_serves_every_location_wants_the_keys_of_each() {
        assertThat(accepts("nobody-has-it", Map.of())).isFalse();
    }

    @Test
    void a_manager_applies_a_topology_whose_keys_only_its_workers_have() {
        assertThat(accepts("nobody-has-it", Map.of("chasqui.node.roles", "manager")))
                .isTrue();
        assertThat(accepts("nobody-has-it", Map.of("chasqui.worker.locations", "summit/*")))
                .isTrue();
    }
}
