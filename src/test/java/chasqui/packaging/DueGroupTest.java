package chasqui.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class DueGroupTest {
    private static final UUID ID = UUID.fromString("00000000-0000-4000-8000-0123456789ab");

    private static String name(String instrument, String observation) {
        return new DueGroup(1, 1, 1, 1, 100, instrument, observation, true).packageName(ID);
    }

    @Test
    void a_package_name_tells_instrument_and_observation_in_safe_characters() {
        assertThat(name("Prime_Cam", "2026-01-01T00:00 Orion / field #3"))
                .isEqualTo("rdp-prime-cam-2026-01-01t00-00-orion-field-3-0123456789ab");
    }

    @Test
    void hostile_and_long_names_give_legal_package_names() {
        for (String observation : new String[] {"../../etc", "-rf", "ÄÖ日本", "$(x)\n", "x".repeat(200), "---"}) {
            assertThat(name("I".repeat(64), observation)).matches("[a-z0-9][a-z0-9.-]{0,120}");
        }
        assertThat(name("camera", "日本")).isEqualTo("rdp-camera-observation-0123456789ab");
    }
}
