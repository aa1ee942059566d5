package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.pipeline.FailureKind;
import chasqui.testing.S3Faults;
import chasqui.topology.StorageType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class S3DownloadMethodIT extends S3MoverContract {
    @Override
    String method() {
        return "s3-download";
    }

    @Override
    StorageType from() {
        return StorageType.S3;
    }

    @Override
    StorageType to() {
        return StorageType.DISK;
    }

    @Test
    void bytes_that_come_otherwise_than_registered_get_no_name_and_leave_nothing() throws Exception {
        withContent(5 * PART);
        faults.next(1, r -> r.method().equals("GET"), S3Faults.flipInResponse(77));
        charged(FailureKind.ITEM, "as it arrived", transfer.digest().xxHash64().toString());
        try (Stream<Path> left = Files.list(transfer.destination().root().resolve(".chasqui/tmp"))) {
            assertThat(left.toList()).isEqualTo(List.of());
        }
    }

    @Test
    void parts_that_were_cut_go_on_where_they_were() throws Exception {
        withContent(5 * PART);
        faults.next(4, r -> r.method().equals("GET"), S3Faults.cutResponse(PART / 2));
        move();
        assertThat(arrived()).hasBinaryContent(content);
        assertThat(faults.unused()).isZero();
    }
}
