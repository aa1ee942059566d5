package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.recovery.FailureClassifier;
import chasqui.testing.S3Faults;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.s3.S3Client;

/** What is moved aside is what was read, by whoever still holds the lease. */
class S3MoveAsideIT extends S3StoreFixture {
    /** As a successor does that has moved the bad object aside itself. */
    private void replace(String key, Path file) {
        try {
            S3Client client =
                    clients.client(new S3Endpoint(store.address().endpoint().toString(), "", "chasqui"));
            client.deleteObject(request -> request.bucket(BUCKET).key(key));
            client.putObject(request -> request.bucket(BUCKET).key(key), file);
        } catch (S3Failure failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void what_was_replaced_after_it_was_read_is_not_moved_aside() throws IOException {
        Path right = fileOf(6001);
        objects.put(BUCKET, "doubted", fileOf(6000), Map.of(), Progress.NONE);
        String read = objects.head(BUCKET, "doubted").orElseThrow().etag();
        replace("doubted", right);
        assertThatThrownBy(() -> objects.moveAside(BUCKET, "doubted", read, "quarantine/doubted", Progress.NONE))
                .isInstanceOfSatisfying(
                        S3ObjectChanged.class, changed -> assertThat(FailureClassifier.classify(changed))
                                .extracting(Failure::kind, Failure::retryable)
                                .containsExactly(FailureKind.ITEM, true));
        assertThat(readBack("doubted")).isEqualTo(digestOf(right));
        assertThat(objects.head(BUCKET, "quarantine/doubted")).isEmpty();
    }

    @Test
    void what_is_replaced_while_it_is_copied_aside_stays() throws IOException {
        Path right = fileOf(7001);
        objects.put(BUCKET, "late", fileOf(7000), Map.of(), Progress.NONE);
        String read = objects.head(BUCKET, "late").orElseThrow().etag();
        boolean[] replaced = new boolean[1];
        assertThatThrownBy(() -> objects.moveAside(BUCKET, "late", read, "quarantine/late", bytes -> {
                    if (!replaced[0] && isThere("quarantine/late")) {
                        replace("late", right);
                        replaced[0] = true;
                    }
                }))
                .isInstanceOf(S3ObjectChanged.class);
        assertThat(replaced[0]).isTrue();
        assertThat(readBack("late")).isEqualTo(digestOf(right));
        assertThat(objects.head(BUCKET, "quarantine/late"))
                .as("a copy of no use")
                .isEmpty();
    }

    @Test
    void who_lost_its_lease_while_it_copied_deletes_nothing() throws IOException {
        Path file = fileOf(8000);
        objects.put(BUCKET, "held", file, Map.of(), Progress.NONE);
        String read = objects.head(BUCKET, "held").orElseThrow().etag();
        assertThatThrownBy(() -> objects.moveAside(BUCKET, "held", read, "quarantine/held", bytes -> {
                    if (isThere("quarantine/held")) {
                        throw new IllegalStateException("the lease is gone");
                    }
                }))
                .hasMessage("the lease is gone");
        assertThat(readBack("held")).isEqualTo(digestOf(file));
    }

    private boolean isThere(String key) {
        try {
            return objects.head(BUCKET, key).isPresent();
        } catch (S3Failure failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void the_end_of_a_move_says_which_version_is_meant() throws IOException {
        objects.put(BUCKET, "meant", fileOf(9000), Map.of(), Progress.NONE);
        String read = objects.head(BUCKET, "meant").orElseThrow().etag();
        objects.moveAside(BUCKET, "meant", read, "quarantine/meant", Progress.NONE);
        assertThat(faults.count(request -> request.method().equals("DELETE")
                        && request.target().endsWith("/meant")
                        && read.equals(request.headers().get("if-match"))))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"404, NoSuchKey", "412, PreconditionFailed"})
    void what_is_aside_stays_when_the_answer_to_the_deletion_is_lost(int status, String code) throws IOException {
        Path file = fileOf(9100);
        String key = "lost-" + code;
        objects.put(BUCKET, key, file, Map.of(), Progress.NONE);
        String read = objects.head(BUCKET, key).orElseThrow().etag();
        faults.next(1, request -> deletes(request, key), S3Faults.loseAnswer());
        faults.next(1, request -> deletes(request, key), S3Faults.answer(status, code));
        objects.moveAside(BUCKET, key, read, "quarantine/" + key, Progress.NONE);
        assertThat(faults.unused()).isZero();
        assertThat(objects.head(BUCKET, key)).isEmpty();
        assertThat(readBack("quarantine/" + key)).isEqualTo(digestOf(file));
    }

    @Test
    void what_is_aside_stays_when_another_object_came_after_a_deletion_whose_answer_was_lost() throws IOException {
        Path bad = fileOf(9200);
        Path good = fileOf(9300);
        objects.put(BUCKET, "followed", bad, Map.of(), Progress.NONE);
        String read = objects.head(BUCKET, "followed").orElseThrow().etag();
        faults.next(1, request -> deletes(request, "followed"), exchange -> {
            S3Faults.loseAnswer().apply(exchange);
            replace("followed", good);
        });
        faults.next(1, request -> deletes(request, "followed"), S3Faults.answer(412, "PreconditionFailed"));
        assertThatThrownBy(() -> objects.moveAside(BUCKET, "followed", read, "quarantine/followed", Progress.NONE))
                .isInstanceOf(S3ObjectChanged.class);
        assertThat(faults.unused()).isZero();
        assertThat(readBack("followed")).isEqualTo(digestOf(good));
        assertThat(readBack("quarantine/followed")).isEqualTo(digestOf(bad));
    }

    private static boolean deletes(S3Faults.Request request, String key) {
        return request.method().equals("DELETE")
                && request.target().endsWith("/" + key)
                && request.headers().containsKey("if-match");
    }

    @ParameterizedTest
    @CsvSource({"501, NotImplemented", "400, InvalidArgument"})
    void a_store_that_does_not_know_the_condition_is_asked_without(int status, String code) throws IOException {
        objects.put(BUCKET, "plain-" + code, fileOf(9000), Map.of(), Progress.NONE);
        String read = objects.head(BUCKET, "plain-" + code).orElseThrow().etag();
        faults.next(
                1,
                request ->
                        request.method().equals("DELETE") && request.headers().containsKey("if-match"),
                S3Faults.answer(status, code));
        objects.moveAside(BUCKET, "plain-" + code, read, "quarantine/plain-" + code, Progress.NONE);
        assertThat(faults.unused()).isZero();
        assertThat(objects.head(BUCKET, "plain-" + code)).isEmpty();
    }
}
