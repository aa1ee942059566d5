package chasqui.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The two files in which every S3 client looks for endpoints and keys, in the folder {@code aws} of a home. */
record AwsFiles(Path credentials, Path config) {

    static AwsFiles of(HomeFolders folders) {
        return new AwsFiles(folders.aws().resolve("credentials"), folders.aws().resolve("config"));
    }

    void write(ObjectStoreAddress address) throws IOException {
        replaceSection(
                credentials,
                address.profile(),
                List.of(
                        "aws_access_key_id = " + address.accessKey(),
                        "aws_secret_access_key = " + address.secretKey()));
        replaceSection(
                config,
                "profile " + address.profile(),
                List.of(
                        "region = " + address.region(),
                        "endpoint_url = " + address.endpoint(),
                        "s3 =",
                        "    addressing_style = path"));
    }

    Map<String, String> section(Path file, String name) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        boolean inside = false;
        for (String line : lines(file)) {
            if (line.startsWith("[")) {
                inside = line.strip().equals("[" + name + "]");
            } else if (inside && line.contains("=")) {
                int equals = line.indexOf('=');
                values.put(
                        line.substring(0, equals).strip(),
                        line.substring(equals + 1).strip());
            }
        }
        return values;
    }

    /** Profiles that an operator added stay as they are. */
    private static void replaceSection(Path file, String name, List<String> body) throws IOException {
        List<String> kept = new ArrayList<>();
        boolean inside = false;
        for (String line : lines(file)) {
            if (line.startsWith("[")) {
                inside = line.strip().equals("[" + name + "]");
            }
            if (!inside) {
                kept.add(line);
            }
        }
        kept.add("[" + name + "]");
        kept.addAll(body);
        PrivateFiles.write(file, String.join("\n", kept) + "\n");
    }

    private static List<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }
}
