package chasqui.queue.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RedisSettingsTest {
    @Test
    void without_settings_it_is_a_server_on_this_machine_without_a_password() {
        RedisSettings settings = TestQueues.settings("redis://127.0.0.1:6379", Map.of("chasqui.redis.timeout", "2s"));
        assertThat(settings)
                .isEqualTo(new RedisSettings(
                        List.of("redis://127.0.0.1:6379"),
                        new RedisLogin("", "", "", ""),
                        java.util.Optional.empty(),
                        "chasqui",
                        Duration.ofSeconds(2),
                        100));
    }

    @Test
    void several_addresses_are_sentinels_of_a_named_master() {
        RedisSettings settings = TestQueues.settings(
                "rediss://a.example.org:26379, rediss://b.example.org:26379",
                Map.of("chasqui.redis.sentinel-master", "observatory"));
        assertThat(settings.servers()).hasSize(2);
        assertThat(settings.where()).startsWith("observatory by the sentinels rediss://a.example.org:26379");
    }

    @Test
    void what_cannot_be_worked_with_is_refused_with_its_key() {
        refused("localhost:6379", Map.of(), "chasqui.redis.address: wants redis://host:port");
        refused("redis://localhost", Map.of(), "chasqui.redis.address: wants redis://host:port");
        refused("redis://a:1,redis://b:2", Map.of(), "chasqui.redis.sentinel-master");
        refused("redis://a:1,rediss://b:2", Map.of("chasqui.redis.sentinel-master", "m"), "all with rediss://");
        refused("redis://a:1", Map.of("chasqui.redis.prefix", "a:*"), "chasqui.redis.prefix");
        refused("redis://a:1", Map.of("chasqui.redis.timeout", "5ms"), "chasqui.redis.timeout");
        refused("redis://a:1", Map.of("chasqui.redis.user", "u"), "CHASQUI_REDIS_PASSWORD");
        refused("redis://a:1", Map.of("chasqui.redis.tls-ca", "/nowhere/ca.pem"), "chasqui.redis.tls-ca");
        refused("redis://a:1", Map.of("chasqui.redis.backlog", "1"), "chasqui.redis.backlog");
    }

    @Test
    void a_password_in_an_address_is_refused_and_shown_nowhere() {
        assertThatThrownBy(() -> TestQueues.settings("redis://user:geheim@localhost:6379", Map.of()))
                .hasMessageContaining("user and password have keys of their own")
                .hasMessageNotContaining("geheim");
        assertThat(TestQueues.settings("redis://a:1", Map.of("chasqui.redis.password", "geheim"))
                        .toString())
                .doesNotContain("geheim");
    }

    private static void refused(String address, Map<String, String> settings, String problem) {
        assertThatThrownBy(() -> TestQueues.settings(address, settings)).hasMessageContaining(problem);
    }
}
