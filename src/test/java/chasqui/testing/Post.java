package chasqui.testing;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A program that sends one request, for networks in which the test itself is not. */
public final class Post {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private Post() {}

    /**
     * @param before words of the command that leads into the network
     * @param folder exists; the request goes through it, as nobody but its owner may see the token
     * @return status and body of the answer
     */
    public static String from(List<String> before, Path folder, URI to, String token, String json) throws Exception {
        Path request = Files.createTempFile(folder, "request", ".txt");
        Files.writeString(request, token + "\n" + json);
        Path classes = Path.of(
                Post.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.addAll(List.of("-cp", classes.toString(), Post.class.getName(), to.toString(), request.toString()));
        return Tools.run(folder, command.toArray(String[]::new));
    }

    public static void main(String[] arguments) throws Exception {
        String[] request = Files.readString(Path.of(arguments[1])).split("\n", 2);
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(arguments[0]))
                                .timeout(LIMIT)
                                .header("Content-Type", "application/json")
                                .header("Authorization", "Bearer " + request[0])
                                .POST(BodyPublishers.ofString(request[1]))
                                .build(),
                        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        System.out.println(answer.statusCode() + " " + answer.body());
    }
}
