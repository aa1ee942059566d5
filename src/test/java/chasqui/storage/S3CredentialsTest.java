package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

class S3CredentialsTest {
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "CHASQUI_S3_COLOGNE_LTA_ACCESS_KEY_ID", "id-of-environment",
            "CHASQUI_S3_COLOGNE_LTA_SECRET_ACCESS_KEY", "geheim",
            "CHASQUI_S3_COLOGNE_LTA_ENDPOINT_URL", "https://s3.example.org",
            "CHASQUI_S3_HALF_ACCESS_KEY_ID", "id-of-half",
            "CHASQUI_S3_PASSING_ACCESS_KEY_ID", "id-of-session",
            "CHASQUI_S3_PASSING_SECRET_ACCESS_KEY", "geheim",
            "CHASQUI_S3_PASSING_SESSION_TOKEN", "fluechtig");

    @TempDir
    Path aws;

    private S3Credentials credentials() {
        return new S3Credentials(aws, ENVIRONMENT);
    }

    private void profile(String name, String id) throws Exception {
        Files.writeString(
                aws.resolve("credentials"),
                "[%s]\naws_access_key_id = %s\naws_secret_access_key = geheim\n".formatted(name, id));
    }

    private static AwsCredentials keys(S3Credentials.Found found) {
        return (AwsCredentials) found.keys().resolveIdentity().join();
    }

    @Test
    void the_environment_knows_a_name_before_any_file_does() throws Exception {
        profile("cologne-lta", "id-of-file");
        S3Credentials.Found found = credentials().find("cologne-lta");
        assertThat(keys(found).accessKeyId()).isEqualTo("id-of-environment");
        assertThat(found.endpoint()).isEqualTo("https://s3.example.org");
        assertThat(found.region()).isEmpty();
        assertThat(credentials().know("cologne-lta")).isTrue();
    }

    @Test
    void keys_that_pass_have_their_token() throws Exception {
        assertThat(keys(credentials().find("passing")))
                .isInstanceOfSatisfying(AwsSessionCredentials.class, keys -> assertThat(keys.sessionToken())
                        .isEqualTo("fluechtig"));
    }

    @Test
    void the_homes_file_knows_the_rest() throws Exception {
        profile("us", "id-of-file");
        assertThat(keys(credentials().find("us")).accessKeyId()).isEqualTo("id-of-file");
        assertThat(credentials().know("us")).isTrue();
    }

    @Test
    void a_name_that_nothing_knows_is_told_with_where_to_give_it() {
        assertThat(credentials().know("nobody")).isFalse();
        assertThatThrownBy(() -> credentials().find("nobody"))
                .isInstanceOf(S3Failure.class)
                .hasMessageContaining("CHASQUI_S3_NOBODY_ACCESS_KEY_ID")
                .hasMessageContaining(aws.toString());
    }

    @Test
    void half_of_the_keys_are_refused() {
        assertThatThrownBy(() -> credentials().find("half"))
                .hasMessageContaining("CHASQUI_S3_HALF_SECRET_ACCESS_KEY is not")
                .hasMessageNotContaining("id-of-half");
    }

    @Test
    void the_default_can_always_be_looked_up() {
        assertThat(credentials().know("default")).isTrue();
    }

    @Test
    void no_text_of_ours_shows_a_key() throws Exception {
        S3Credentials.Found found = credentials().find("cologne-lta");
        assertThat(found.toString() + new S3Endpoint("https://s3.example.org", "", "cologne-lta"))
                .doesNotContain("geheim")
                .doesNotContain("id-of-environment");
    }

    @Test
    void one_client_serves_an_endpoint_and_credential_until_its_keys_change() throws Exception {
        profile("us", "id-1");
        Files.setLastModifiedTime(aws.resolve("credentials"), FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
        try (S3Clients clients = new S3Clients(credentials(), S3Options.DEFAULT)) {
            S3Endpoint here = new S3Endpoint("http://127.0.0.1:1", "", "us");
            S3Objects first = clients.objects(here);
            assertThat(clients.objects(new S3Endpoint("http://127.0.0.1:1", "", "us")))
                    .isSameAs(first);
            assertThat(clients.objects(new S3Endpoint("http://127.0.0.1:2", "", "us")))
                    .isNotSameAs(first);
            assertThat(clients.objects(new S3Endpoint("http://127.0.0.1:1", "", "passing")))
                    .isNotSameAs(first);
            profile("us", "id-2");
            Files.setLastModifiedTime(aws.resolve("credentials"), FileTime.from(Instant.parse("2026-01-02T00:00:00Z")));
            S3Objects second = clients.objects(here);
            assertThat(second).isNotSameAs(first);
            assertThat(clients.objects(here)).isSameAs(second);
        }
    }
}
