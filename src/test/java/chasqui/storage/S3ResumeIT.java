package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.testing.S3Faults;
import chasqui.testing.TestClock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** What a second attempt does with an upload that the first one did not finish. */
class S3ResumeIT extends S3StoreFixture {

    /** Sends until the store has three parts, and no further. */
    private void dieInTheMiddle(String key, Path file) {
        CountDownLatch stored = new CountDownLatch(3);
        faults.next(3, S3Faults.Request::isPart, S3Faults.before(stored::countDown));
        faults.next(100, S3Faults.Request::isPart, S3Faults.after(stored, S3Faults.answer(403, "AccessDenied")));
        assertThatThrownBy(() -> objects.put(BUCKET, key, file, Map.of("xxh64", "1"), Progress.NONE))
                .isInstanceOf(S3Failure.class);
        faults.reset();
    }

    private List<MultipartUpload> unfinished(String key) throws IOException {
        return client().listMultipartUploads(r -> r.bucket(BUCKET).prefix(key)).uploads();
    }

    private S3Client client() throws IOException {
        return clients.client(new S3Endpoint("", "", "chasqui"));
    }

    @Test
    void only_the_parts_that_are_missing_are_sent_and_all_of_it_is_told() throws IOException {
        Path file = fileOf(LARGE);
        dieInTheMiddle("resumed", file);
        assertThat(objects.head(BUCKET, "resumed")).isEmpty();
        AtomicLong told = new AtomicLong();
        objects.put(BUCKET, "resumed", file, Map.of("xxh64", "1"), told::addAndGet);
        assertThat(faults.count(S3Faults.Request::isPart)).isEqualTo(2);
        assertThat(told).hasValue(LARGE);
        assertThat(readBack("resumed")).isEqualTo(digestOf(file));
        assertThat(objects.head(BUCKET, "resumed").orElseThrow().metadata()).containsEntry("xxh64", "1");
        assertThat(unfinished("resumed")).isEmpty();
    }

    @Test
    void a_part_that_is_not_our_bytes_is_never_trusted_whatever_its_size() throws IOException {
        Path file = fileOf(LARGE);
        dieInTheMiddle("mixed", file);
        String upload = unfinished("mixed").get(0).uploadId();
        client().uploadPart(
                        r -> r.bucket(BUCKET).key("mixed").uploadId(upload).partNumber(2),
                        RequestBody.fromBytes(new byte[PART]));
        faults.reset();
        objects.put(BUCKET, "mixed", file, Map.of(), Progress.NONE);
        assertThat(faults.count(S3Faults.Request::isPart)).isEqualTo(3);
        assertThat(readBack("mixed")).isEqualTo(digestOf(file));
    }

    @Test
    void a_source_that_changed_since_is_sent_anew_where_it_changed() throws IOException {
        Path file = fileOf(LARGE);
        dieInTheMiddle("changed", file);
        try (RandomAccessFile change = new RandomAccessFile(file.toFile(), "rw")) {
            change.seek(PART + 100);
            change.write(~change.read());
        }
        objects.put(BUCKET, "changed", file, Map.of(), Progress.NONE);
        assertThat(readBack("changed")).isEqualTo(digestOf(file));
    }

    @Test
    void an_upload_of_somebody_else_is_left_alone() throws IOException {
        String theirs = client().createMultipartUpload(r -> r.bucket(BUCKET).key("theirs"))
                .uploadId();
        client().uploadPart(
                        r -> r.bucket(BUCKET).key("theirs").uploadId(theirs).partNumber(1),
                        RequestBody.fromBytes(new byte[PART]));
        Path file = fileOf(LARGE);
        objects.put(BUCKET, "theirs", file, Map.of("xxh64", "1"), Progress.NONE);
        assertThat(readBack("theirs")).isEqualTo(digestOf(file));
        assertThat(objects.head(BUCKET, "theirs").orElseThrow().metadata()).containsEntry("xxh64", "1");
        assertThat(unfinished("theirs")).extracting(MultipartUpload::uploadId).containsExactly(theirs);
    }

    @Test
    void an_upload_of_a_longer_key_is_not_taken_for_ours() throws IOException {
        Path file = fileOf(LARGE);
        dieInTheMiddle("key.longer", file);
        objects.put(BUCKET, "key", file, Map.of(), Progress.NONE);
        assertThat(faults.count(S3Faults.Request::isPart)).isEqualTo(5);
        assertThat(unfinished("key.longer")).hasSize(1);
    }

    @Test
    void an_upload_that_was_ended_meanwhile_begins_anew() throws IOException {
        Path file = fileOf(LARGE);
        dieInTheMiddle("ended", file);
        String upload = unfinished("ended").get(0).uploadId();
        faults.next(1, S3Faults.Request::isPart, S3Faults.before(() -> client().abortMultipartUpload(
                        r -> r.bucket(BUCKET).key("ended").uploadId(upload))));
        assertThatThrownBy(() -> objects.put(BUCKET, "ended", file, Map.of(), Progress.NONE))
                .isInstanceOf(S3Failure.class)
                .hasMessageContaining("it begins anew");
        objects.put(BUCKET, "ended", file, Map.of(), Progress.NONE);
        assertThat(readBack("ended")).isEqualTo(digestOf(file));
    }

    @Test
    void a_store_that_does_not_let_us_list_uploads_gets_everything_again() throws IOException {
        Path file = fileOf(LARGE);
        dieInTheMiddle("unlisted", file);
        faults.next(
                100,
                r -> r.method().equals("GET") && r.target().contains("uploads"),
                S3Faults.answer(403, "AccessDenied"));
        objects.put(BUCKET, "unlisted", file, Map.of(), Progress.NONE);
        assertThat(faults.count(S3Faults.Request::isPart)).isEqualTo(5);
        assertThat(readBack("unlisted")).isEqualTo(digestOf(file));
    }

    @Test
    void abandoned_uploads_below_our_prefix_are_ended_once_in_a_while_and_young_ones_never() throws IOException {
        client().createMultipartUpload(r -> r.bucket(BUCKET).key("swept/old"));
        TestClock clock = new TestClock();
        S3Sweep young = new S3Sweep(store(7), clock);
        young.whenDue(BUCKET, "swept/");
        assertThat(unfinished("swept/")).hasSize(1);
        S3Sweep old = new S3Sweep(store(-1), clock);
        client().createMultipartUpload(r -> r.bucket(BUCKET).key("not-swept/old"));
        old.whenDue(BUCKET, "swept/");
        assertThat(unfinished("swept/")).isEmpty();
        assertThat(unfinished("not-swept/")).hasSize(1);
        client().createMultipartUpload(r -> r.bucket(BUCKET).key("swept/old"));
        old.whenDue(BUCKET, "swept/");
        assertThat(unfinished("swept/")).as("not due yet").hasSize(1);
        clock.advance(Duration.ofHours(1));
        old.whenDue(BUCKET, "swept/");
        assertThat(unfinished("swept/")).isEmpty();
    }

    @Test
    void an_upload_under_way_stays_although_our_clock_is_a_month_ahead_of_the_stores() throws IOException {
        client().createMultipartUpload(r -> r.bucket(BUCKET).key("ahead/young"));
        Clock ahead = Clock.offset(Clock.systemUTC(), Duration.ofDays(30));
        new S3Sweep(store(7), ahead).whenDue(BUCKET, "ahead/");
        assertThat(unfinished("ahead/")).hasSize(1);
    }

    @Test
    void a_probe_in_use_stays_although_our_clock_is_a_month_ahead_of_the_stores() throws IOException {
        objects.putSmall(BUCKET, "probed/.chasqui/probe/young", new byte[0], Map.of());
        S3Probes probes = new S3Probes(store(7), Clock.offset(Clock.systemUTC(), Duration.ofDays(30)));
        probes.ours(BUCKET, "probed/");
        assertThat(probes.name(BUCKET, "probed/package")).startsWith("probed/.chasqui/probe/");
        assertThat(objects.head(BUCKET, "probed/.chasqui/probe/young")).isPresent();
    }

    private S3Store store(int days) throws IOException {
        S3Options options = new S3Options(3, SILENCE, Duration.ofDays(days));
        return new S3Store(client(), client(), new S3Endpoint("", "", "chasqui"), options);
    }
}
