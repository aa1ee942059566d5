package chasqui.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileLocation;

/**
 * Keys by the name that the topology gives: in the environment, in the AWS files of the home, in the standard AWS files;
 * {@code default} also wherever every AWS client looks. The first place that knows the name counts.
 */
final class S3Credentials {
    /** {@code CHASQUI_S3_NAME_ACCESS_KEY_ID}, the name in capitals, with _ for all but letters and digits. */
    private static final String VARIABLE = "CHASQUI_S3_";

    private static final String DEFAULT = "default";
    private static final FileTime NEVER = FileTime.fromMillis(0);

    private final Path awsFolder;
    private final Map<String, String> environment;

    /** @param awsFolder holds {@code credentials} and {@code config} in AWS form; null where there is none */
    S3Credentials(Path awsFolder, Map<String, String> environment) {
        this.awsFolder = awsFolder;
        this.environment = environment;
    }

    /**
     * What a name stands for; shows no key.
     *
     * @param endpoint "" where none is given with the keys
     * @param region likewise
     */
    record Found(AwsCredentialsProvider keys, String endpoint, String region) {
        @Override
        public String toString() {
            return "keys for " + endpoint;
        }
    }

    boolean know(String name) {
        return name.equals(DEFAULT)
                || !variable(name, "ACCESS_KEY_ID").isEmpty()
                || fileWith(name).isPresent();
    }

    /** @throws S3Failure nothing knows the name, or only half of the keys are there */
    Found find(String name) throws S3Failure {
        if (!variable(name, "ACCESS_KEY_ID").isEmpty()) {
            return fromEnvironment(name);
        }
        Optional<ProfileFile> file = fileWith(name);
        if (file.isEmpty() && !name.equals(DEFAULT)) {
            throw missing(
                    "credential '%s': nothing knows it; give %s and %s, or a profile of that name in %sthe standard AWS files"
                            .formatted(
                                    name,
                                    key(name, "ACCESS_KEY_ID"),
                                    key(name, "SECRET_ACCESS_KEY"),
                                    awsFolder == null ? "" : awsFolder + " or "),
                    "NoSuchCredential");
        }
        Optional<Profile> profile = file.flatMap(f -> f.profile(name));
        boolean anywhere = name.equals(DEFAULT) && inHome(name).isEmpty();
        AwsCredentialsProvider keys = anywhere
                ? DefaultCredentialsProvider.builder().build()
                : ProfileCredentialsProvider.builder()
                        .profileFile(file.orElseThrow())
                        .profileName(name)
                        .build();
        return new Found(
                keys,
                profile.flatMap(p -> p.property("endpoint_url")).orElse(""),
                profile.flatMap(p -> p.property("region")).orElse(""));
    }

    /** Changes whenever a file of keys does: then keys are to be looked up anew. */
    Object version() {
        return List.of(changed(awsFolder == null ? null : awsFolder.resolve("credentials")), changed(standardFile()));
    }

    private static Path standardFile() {
        return ProfileFileLocation.credentialsFileLocation().orElse(null);
    }

    private static FileTime changed(Path file) {
        try {
            return file == null ? NEVER : Files.getLastModifiedTime(file);
        } catch (IOException none) {
            return NEVER;
        }
    }

    private Found fromEnvironment(String name) throws S3Failure {
        String id = variable(name, "ACCESS_KEY_ID");
        String secret = variable(name, "SECRET_ACCESS_KEY");
        String session = variable(name, "SESSION_TOKEN");
        if (secret.isEmpty()) {
            throw missing(
                    "credential '%s': %s is set, %s is not; set both or none"
                            .formatted(name, key(name, "ACCESS_KEY_ID"), key(name, "SECRET_ACCESS_KEY")),
                    "HalfACredential");
        }
        return new Found(
                StaticCredentialsProvider.create(
                        session.isEmpty()
                                ? AwsBasicCredentials.create(id, secret)
                                : AwsSessionCredentials.create(id, secret, session)),
                variable(name, "ENDPOINT_URL"),
                variable(name, "REGION"));
    }

    private String variable(String name, String what) {
        return environment.getOrDefault(key(name, what), "").strip();
    }

    private static String key(String name, String what) {
        return VARIABLE + name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_") + "_" + what;
    }

    private static S3Failure missing(String message, String code) {
        return new S3Failure(message, 0, code, false, null);
    }

    private Optional<ProfileFile> fileWith(String name) {
        return inHome(name).or(() -> Optional.of(ProfileFile.defaultProfileFile())
                .filter(file -> file.profile(name).isPresent()));
    }

    private Optional<ProfileFile> inHome(String name) {
        return homeFile().filter(file -> file.profile(name).isPresent());
    }

    private Optional<ProfileFile> homeFile() {
        if (awsFolder == null || !Files.isReadable(awsFolder.resolve("credentials"))) {
            return Optional.empty();
        }
        ProfileFile.Aggregator both = ProfileFile.aggregator()
                .addFile(ProfileFile.builder()
                        .content(awsFolder.resolve("credentials"))
                        .type(ProfileFile.Type.CREDENTIALS)
                        .build());
        if (Files.isReadable(awsFolder.resolve("config"))) {
            both.addFile(ProfileFile.builder()
                    .content(awsFolder.resolve("config"))
                    .type(ProfileFile.Type.CONFIGURATION)
                    .build());
        }
        return Optional.of(both.build());
    }
}
