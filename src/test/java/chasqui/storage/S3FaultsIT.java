package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.FailureKind;
import chasqui.recovery.FailureClassifier;
import chasqui.testing.S3Faults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Everything a store or the way to it can do to us: it passes by itself, or is charged to the right one with a remedy. */
class S3FaultsIT extends S3StoreFixture {

    private void refused(ThrowingCallable work, FailureKind kind, String... said) {
        assertThatThrownBy(work).satisfies(e -> {
            assertThat(FailureClassifier.classify(e).kind()).isEqualTo(kind);
            assertThat(FailureClassifier.classify(e).retryable()).isTrue();
            assertThat(FailureClassifier.classify(e).message()).contains(said);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "503, SlowDown",
        "500, InternalError",
        "503, ServiceUnavailable",
        "502, BadGateway",
        "408, RequestTimeout"
    })
    void a_store_that_is_busy_or_stumbles_is_asked_again(int status, String code) throws IOException {
        Path file = fileOf(LARGE);
        faults.next(2, S3Faults.Request::isPart, S3Faults.answer(status, code));
        faults.next(1, S3Faults.Request::completes, S3Faults.answer(status, code));
        faults.next(2, r -> r.gets("busy-" + status + code), S3Faults.answer(status, code));
        objects.put(BUCKET, "busy-" + status + code, file, Map.of(), Progress.NONE);
        assertThat(readBack("busy-" + status + code)).isEqualTo(digestOf(file));
        assertThat(faults.unused()).isZero();
    }

    @Test
    void a_store_that_stays_busy_parks_the_work_and_keeps_what_was_sent() throws IOException {
        Path file = fileOf(LARGE);
        CountDownLatch stored = new CountDownLatch(3);
        faults.next(3, S3Faults.Request::isPart, S3Faults.before(stored::countDown));
        faults.next(1000, S3Faults.Request::isPart, S3Faults.after(stored, S3Faults.answer(503, "SlowDown")));
        refused(
                () -> objects.put(BUCKET, "throttled", file, Map.of(), Progress.NONE),
                FailureKind.LOCATION,
                "503 SlowDown",
                "s3://cologne-lta/throttled",
                faults.endpoint(),
                "patience");
        faults.reset();
        objects.put(BUCKET, "throttled", file, Map.of(), Progress.NONE);
        assertThat(faults.count(S3Faults.Request::isPart)).isEqualTo(2);
        assertThat(readBack("throttled")).isEqualTo(digestOf(file));
    }

    @Test
    void an_answer_of_500_inside_of_200_is_no_success() throws IOException {
        Path file = fileOf(LARGE);
        faults.next(1, S3Faults.Request::completes, S3Faults.answer(200, "InternalError"));
        objects.put(BUCKET, "late-error", file, Map.of(), Progress.NONE);
        assertThat(faults.unused()).isZero();
        assertThat(readBack("late-error")).isEqualTo(digestOf(file));
    }

    @Test
    void keys_that_are_refused_are_charged_to_the_location_and_named_but_not_told() {
        faults.next(1000, r -> true, S3Faults.answer(403, "AccessDenied"));
        refused(
                () -> objects.put(BUCKET, "forbidden", fileOf(100), Map.of(), Progress.NONE),
                FailureKind.LOCATION,
                "403 AccessDenied",
                "credential 'chasqui'");
        refused(() -> readBack("any"), FailureKind.LOCATION, "403", "credential 'chasqui'");
        assertThatThrownBy(() -> readBack("any"))
                .hasMessageNotContaining(store.address().secretKey())
                .hasMessageNotContaining(store.address().accessKey());
    }

    @ParameterizedTest
    @CsvSource({
        "404, NoSuchKey",
        "400, KeyTooLongError",
        "400, EntityTooLarge",
        "400, MetadataTooLarge",
        "400, BadDigest",
        "400, InvalidDigest"
    })
    void a_refusal_of_one_object_is_the_items_and_parks_no_package_for_ever(int status, String code)
            throws IOException {
        Path file = fileOf(100);
        faults.next(1000, r -> r.puts("refused-" + code), S3Faults.answer(status, code));
        refused(
                () -> objects.put(BUCKET, "refused-" + code, file, Map.of(), Progress.NONE),
                FailureKind.ITEM,
                status + " " + code);
    }

    @ParameterizedTest
    @CsvSource({"400, ExpiredToken", "400, AuthorizationHeaderMalformed", "501, NotImplemented", "405, MethodNotAllowed"
    })
    void a_refusal_that_meets_every_object_stays_the_locations(int status, String code) throws IOException {
        Path file = fileOf(100);
        faults.next(1000, r -> r.puts("refused-" + code), S3Faults.answer(status, code));
        refused(
                () -> objects.put(BUCKET, "refused-" + code, file, Map.of(), Progress.NONE),
                FailureKind.LOCATION,
                status + " " + code);
    }

    @Test
    void a_bucket_that_is_not_there_is_the_locations_failure_with_a_remedy() {
        refused(
                () -> objects.put("no-such-bucket", "k", fileOf(100), Map.of(), Progress.NONE),
                FailureKind.LOCATION,
                "NoSuchBucket",
                "make the bucket, or correct its name");
    }

    @Test
    void a_conflict_is_tried_again_later_and_replaces_nothing() throws IOException {
        Path file = fileOf(LARGE);
        faults.next(1, S3Faults.Request::completes, S3Faults.answer(409, "ConditionalRequestConflict"));
        refused(
                () -> objects.put(BUCKET, "conflict", file, Map.of(), Progress.NONE),
                FailureKind.LOCATION,
                "409 ConditionalRequestConflict");
        objects.put(BUCKET, "conflict", file, Map.of(), Progress.NONE);
        assertThat(readBack("conflict")).isEqualTo(digestOf(file));
    }

    @Test
    void a_connection_that_is_cut_while_a_part_is_sent_is_made_anew() throws IOException {
        Path file = fileOf(LARGE);
        faults.next(3, S3Faults.Request::isPart, S3Faults.cutRequest(PART / 2));
        objects.put(BUCKET, "cut", file, Map.of(), Progress.NONE);
        assertThat(faults.unused()).isZero();
        assertThat(readBack("cut")).isEqualTo(digestOf(file));
    }

    @Test
    void a_link_that_stays_cut_is_charged_to_the_link() throws IOException {
        Path file = fileOf(LARGE);
        faults.next(1000, r -> true, S3Faults.cutRequest(1000));
        refused(
                () -> objects.put(BUCKET, "away", file, Map.of(), Progress.NONE),
                FailureKind.LINK,
                "no answer from " + faults.endpoint());
    }

    @Test
    void a_store_that_says_nothing_for_too_long_is_asked_again_on_another_connection() throws IOException {
        Path file = fileOf(1000);
        objects.put(BUCKET, "silent", file, Map.of(), Progress.NONE);
        faults.next(1, r -> r.gets("silent"), S3Faults.silence());
        faults.next(1, r -> r.puts("silent-put"), S3Faults.silence());
        try (S3Clients impatient = clientsThatWait(Duration.ofSeconds(4))) {
            S3Objects again = impatient.objects(new S3Endpoint(faults.endpoint(), "", "chasqui"));
            assertThat(again.readBack(BUCKET, "silent", true, Progress.NONE)).isEqualTo(digestOf(file));
            again.put(BUCKET, "silent-put", file, Map.of(), Progress.NONE);
        }
        assertThat(faults.unused()).isZero();
    }

    @Test
    void a_store_that_is_slow_and_goes_on_is_waited_for_however_long_it_takes() throws IOException {
        Path file = fileOf(100_000);
        objects.put(BUCKET, "slow", file, Map.of(), Progress.NONE);
        // Longer in all than the longest silence.
        faults.next(1, r -> r.gets("slow"), S3Faults.slowly(10_000, Duration.ofMillis(500)));
        try (S3Clients impatient = clientsThatWait(Duration.ofSeconds(4))) {
            S3Objects waiting = impatient.objects(new S3Endpoint(faults.endpoint(), "", "chasqui"));
            assertThat(waiting.readBack(BUCKET, "slow", true, Progress.NONE)).isEqualTo(digestOf(file));
        }
        assertThat(faults.count(r -> r.gets("slow"))).isEqualTo(1);
    }

    @Test
    void a_download_that_is_cut_goes_on_at_the_byte_it_came_to() throws IOException {
        Path file = fileOf(LARGE);
        objects.put(BUCKET, "truncated", file, Map.of(), Progress.NONE);
        faults.next(3, r -> r.gets("truncated"), S3Faults.cutResponse(PART));
        assertThat(readBack("truncated")).isEqualTo(digestOf(file));
        assertThat(faults.count(r -> r.gets("truncated"))).isEqualTo(4);
        assertThat(faults.count(r -> r.headers().containsKey("if-match"))).isEqualTo(3);
    }

    @Test
    void a_download_that_is_always_cut_is_charged_to_the_link_and_never_taken_for_the_whole() throws IOException {
        objects.put(BUCKET, "short", fileOf(100_000), Map.of(), Progress.NONE);
        faults.next(1000, r -> r.gets("short"), S3Faults.cutResponse(0));
        Path target = folder.resolve("short.part");
        refused(() -> objects.fetch(BUCKET, "short", target, Progress.NONE), FailureKind.LINK, "short");
        assertThat(target).doesNotExist();
    }

    @Test
    void an_answer_that_gets_lost_after_the_store_did_its_work_ends_in_compare_and_adopt() throws IOException {
        Path small = fileOf(1000);
        faults.next(1, r -> r.puts("lost-small"), S3Faults.loseAnswer());
        assertThatThrownBy(() -> objects.put(BUCKET, "lost-small", small, Map.of(), Progress.NONE))
                .isInstanceOf(S3ObjectExists.class);
        assertThat(readBack("lost-small")).isEqualTo(digestOf(small));
        Path large = fileOf(LARGE);
        faults.next(1, S3Faults.Request::completes, S3Faults.loseAnswer());
        faults.next(1, S3Faults.Request::completes, S3Faults.answer(404, "NoSuchUpload"));
        assertThatThrownBy(() -> objects.put(BUCKET, "lost-large", large, Map.of(), Progress.NONE))
                .isInstanceOf(S3ObjectExists.class);
        assertThat(readBack("lost-large")).isEqualTo(digestOf(large));
    }

    @Test
    void a_store_that_answers_the_same_end_of_an_upload_twice_is_believed() throws IOException {
        Path file = fileOf(LARGE);
        faults.next(1, S3Faults.Request::completes, S3Faults.loseAnswer());
        objects.put(BUCKET, "twice", file, Map.of(), Progress.NONE);
        assertThat(readBack("twice")).isEqualTo(digestOf(file));
    }

    @Test
    void a_store_that_lies_about_the_mark_of_a_part_cannot_complete_a_wrong_object() throws IOException {
        Path file = fileOf(LARGE);
        faults.next(1, S3Faults.Request::isPart, S3Faults.lie("ETag", "\"00000000000000000000000000000000\""));
        refused(
                () -> objects.put(BUCKET, "lied", file, Map.of(), Progress.NONE),
                FailureKind.LOCATION,
                "completing the upload of s3://cologne-lta/lied");
        assertThat(objects.head(BUCKET, "lied")).isEmpty();
        objects.put(BUCKET, "lied", file, Map.of(), Progress.NONE);
        assertThat(readBack("lied")).isEqualTo(digestOf(file));
    }

    @Test
    void bytes_that_the_store_altered_are_seen_when_they_are_read_back_whatever_its_mark_says() throws IOException {
        Path file = fileOf(LARGE);
        faults.next(1, S3Faults.Request::completes, S3Faults.before(() -> flip(stored("altered"), LARGE - 1)));
        objects.put(BUCKET, "altered", file, Map.of(), Progress.NONE);
        assertThat(readBack("altered")).isNotEqualTo(digestOf(file));
        assertThat(readBack("altered").sizeBytes()).isEqualTo(LARGE);
    }

    @Test
    void bytes_that_were_altered_on_the_way_back_are_seen() throws IOException {
        Path file = fileOf(LARGE);
        objects.put(BUCKET, "flipped", file, Map.of(), Progress.NONE);
        faults.next(1, r -> r.gets("flipped"), S3Faults.flipInResponse(PART));
        assertThat(readBack("flipped")).isNotEqualTo(digestOf(file));
        faults.next(1, r -> r.gets("flipped"), S3Faults.flipInResponse(5));
        assertThat(objects.fetch(BUCKET, "flipped", folder.resolve("flipped.part"), Progress.NONE)
                        .xxHash64())
                .isNotEqualTo(digestOf(file).xxHash64());
    }

    @Test
    void a_clock_that_differs_is_corrected_by_what_the_store_says() throws IOException {
        String inAnHour = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusHours(1));
        faults.next(1, r -> r.puts("skewed"), S3Faults.answer(403, "RequestTimeTooSkewed", Map.of("Date", inAnHour)));
        Path file = fileOf(1000);
        // Asked again an hour ahead, the real server refuses that in its turn, and the true time is found again.
        objects.put(BUCKET, "skewed", file, Map.of(), Progress.NONE);
        assertThat(readBack("skewed")).isEqualTo(digestOf(file));
        assertThat(faults.count(r -> r.puts("skewed"))).isEqualTo(3);
    }

    @Test
    void a_clock_that_stays_wrong_is_said_to_be_so() throws IOException {
        faults.next(1000, r -> r.puts("skewed-for-good"), S3Faults.answer(403, "RequestTimeTooSkewed"));
        refused(
                () -> objects.put(BUCKET, "skewed-for-good", fileOf(1000), Map.of(), Progress.NONE),
                FailureKind.LOCATION,
                "RequestTimeTooSkewed",
                "set this machine's right");
    }

    @Test
    void a_file_that_became_shorter_while_it_was_sent_makes_no_object() throws IOException {
        Path file = fileOf(LARGE);
        faults.next(1, S3Faults.Request::isPart, exchange -> {
            try (var shorter = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
                shorter.truncate(100);
            }
            S3Faults.answer(500, "InternalError").apply(exchange);
        });
        assertThatThrownBy(() -> objects.put(BUCKET, "shorter", file, Map.of(), Progress.NONE))
                .hasStackTraceContaining("became shorter");
        assertThat(objects.head(BUCKET, "shorter")).isEmpty();
    }

    @Test
    void the_sweep_of_abandoned_uploads_is_no_reason_to_fail() {
        faults.next(1000, r -> true, S3Faults.answer(403, "AccessDenied"));
        assertThatCode(() -> objects.sweep(BUCKET, "never-mind/")).doesNotThrowAnyException();
    }

    private static void flip(Path file, long at) throws IOException {
        try (var channel =
                java.nio.channels.FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            java.nio.ByteBuffer one = java.nio.ByteBuffer.allocate(1);
            channel.read(one, at);
            one.put(0, (byte) ~one.get(0)).flip();
            channel.write(one, at);
        }
    }
}
