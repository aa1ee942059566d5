package chasqui.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.pipeline.Failure;
import chasqui.pipeline.FailureKind;
import chasqui.storage.StorageFull;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailureClassifierTest {
    private static FailureKind kindOf(Throwable error) {
        Failure failure = FailureClassifier.classify(error);
        assertThat(failure.retryable()).isTrue();
        return failure.kind();
    }

    @ParameterizedTest
    @ValueSource(strings = {"08006", "40001", "40P01", "53300", "57P01", "58030", "25006"})
    void trouble_with_the_database_is_the_platforms(String state) {
        assertThat(kindOf(new IllegalStateException("statement", new SQLException("no", state))))
                .isEqualTo(FailureKind.PLATFORM);
    }

    @Test
    void a_statement_that_can_never_succeed_is_the_items() {
        assertThat(kindOf(new SQLException("duplicate key", "23505"))).isEqualTo(FailureKind.ITEM);
    }

    @Test
    void a_disk_without_room_and_a_stale_mount_are_the_locations() {
        assertThat(kindOf(new StorageFull(Path.of("/b"), null))).isEqualTo(FailureKind.LOCATION);
        assertThat(kindOf(new FileSystemException("/b", null, "Stale file handle")))
                .isEqualTo(FailureKind.LOCATION);
        assertThat(kindOf(new IOException("Stale file handle"))).isEqualTo(FailureKind.LOCATION);
        assertThat(kindOf(new IOException("Transport endpoint is not connected")))
                .isEqualTo(FailureKind.LOCATION);
    }

    @Test
    void one_file_that_cannot_be_read_is_the_items() {
        assertThat(kindOf(new AccessDeniedException("/source/a.fits"))).isEqualTo(FailureKind.ITEM);
    }

    @Test
    void an_interrupt_is_the_platforms_whatever_it_was_wrapped_in() {
        assertThat(kindOf(new IOException("reading", new ClosedByInterruptException())))
                .isEqualTo(FailureKind.PLATFORM);
    }

    @Test
    void a_lock_that_somebody_holds_is_called_that_and_not_an_outage() {
        SQLException lock = new SQLException(
                "canceling statement due to lock timeout\n  Where: while updating tuple (0,1) in relation \"operation\"",
                "55P03");
        assertThat(FailureClassifier.classify(new IllegalStateException(lock)).message())
                .isEqualTo("somebody holds a lock in PostgreSQL on the table operation");
        assertThat(kindOf(lock)).isEqualTo(FailureKind.PLATFORM);
    }
}
