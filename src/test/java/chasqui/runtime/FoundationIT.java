package chasqui.runtime;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.ChasquiException;
import chasqui.settings.Settings;
import chasqui.settings.SettingsReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start says about an external database that it cannot use. */
class FoundationIT {
    @TempDir
    private Path folder;

    private Settings with(String url) {
        return SettingsReader.read(
                null, Map.of(), Map.of("chasqui.home", folder.resolve("home").toString(), "chasqui.database.url", url));
    }

    @Test
    void a_database_that_cannot_be_reached_is_named_with_its_settings_and_without_a_password() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        String url = "jdbc:postgresql://127.0.0.1:" + free + "/chasqui";
        assertThatThrownBy(() -> Foundation.open(with(url + "?password=secret")))
                .isInstanceOf(ChasquiException.class)
                .hasMessageContaining("cannot use PostgreSQL at " + url + " as chasqui")
                .hasMessageContaining("chasqui.database.url")
                .hasMessageContaining("CHASQUI_DATABASE_PASSWORD")
                .hasMessageNotContaining("secret");
    }

    @Test
    void an_address_of_another_kind_is_refused_with_its_setting() {
        assertThatThrownBy(() -> Foundation.open(with("postgres://db.example.org/chasqui")))
                .isInstanceOf(ChasquiException.class)
                .hasMessageContaining("chasqui.database.url = \"postgres://db.example.org/chasqui\"")
                .hasMessageContaining("jdbc:postgresql://");
    }
}
