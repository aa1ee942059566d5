package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.testing.S3Faults;
import chasqui.topology.Bucket;
import chasqui.topology.StorageType;
import org.junit.jupiter.api.Test;

/** Within one store; streamed from store to store: {@link StreamedS3CopyMethodIT}. */
class S3CopyMethodIT extends S3MoverContract {
    @Override
    String method() {
        return "s3-copy";
    }

    @Override
    StorageType from() {
        return StorageType.S3;
    }

    @Override
    StorageType to() {
        return StorageType.S3;
    }

    /** Who unpacks reads back; the store itself copies, or the bytes are passed on as they come. */
    @Override
    boolean hashesWhatItSends() {
        return false;
    }

    boolean throughHere() {
        return false;
    }

    @Test
    void the_bytes_take_the_way_they_should_and_keep_their_description() throws Exception {
        withContent(3 * PART);
        move();
        assertThat(faults.count(r -> r.method().equals("GET")
                                && r.target().contains(sent().getFileName().toString()))
                        > 0)
                .isEqualTo(throughHere());
        assertThat(faults.count(S3Faults.Request::isPart)).isEqualTo(throughHere() ? 3 : 1);
        Bucket bucket = transfer.destination().bucket();
        assertThat(clients.objects(new chasqui.storage.S3Endpoint("", "", "chasqui"))
                        .head(bucket.bucket(), bucket.key(transfer.target().encoded()))
                        .orElseThrow()
                        .metadata())
                .containsEntry("xxh64", transfer.digest().xxHash64().hex());
    }

    @Test
    void an_object_that_cannot_be_moved_aside_is_left_to_a_human_and_not_blamed_on_the_link() throws Exception {
        staysWhereItIs();
    }
}
