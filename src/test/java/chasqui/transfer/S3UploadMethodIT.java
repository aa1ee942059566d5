package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.pipeline.FailureKind;
import chasqui.testing.S3Faults;
import chasqui.topology.StorageType;
import java.nio.file.Files;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3UploadMethodIT extends S3MoverContract {
    @Override
    String method() {
        return "s3-upload";
    }

    @Override
    StorageType from() {
        return StorageType.DISK;
    }

    @Override
    StorageType to() {
        return StorageType.S3;
    }

    @ParameterizedTest
    @ValueSource(ints = {5000, 5 * PART})
    void a_source_that_is_not_what_was_registered_never_becomes_an_object(int size) throws Exception {
        withContent(size);
        byte[] other = content.clone();
        other[size - 1] ^= 1;
        Files.write(sent(), other);
        charged(
                FailureKind.ITEM,
                transfer.source().toString(),
                transfer.digest().xxHash64().toString());
    }

    @Test
    void what_a_dead_attempt_has_sent_is_not_sent_again() throws Exception {
        withContent(5 * PART);
        CountDownLatch stored = new CountDownLatch(2);
        faults.next(2, S3Faults.Request::isPart, S3Faults.before(stored::countDown));
        faults.next(1000, S3Faults.Request::isPart, S3Faults.after(stored, S3Faults.answer(403, "AccessDenied")));
        charged(FailureKind.LOCATION, "403");
        faults.reset();
        move();
        assertThat(faults.count(S3Faults.Request::isPart)).isEqualTo(3);
        assertThat(arrived()).hasBinaryContent(content);
    }

    @Test
    void an_object_that_cannot_be_moved_aside_is_left_to_a_human_and_not_blamed_on_the_link() throws Exception {
        staysWhereItIs();
    }
}
