package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.FailureKind;
import chasqui.recovery.FailureClassifier;
import chasqui.storage.Fingerprint;
import chasqui.storage.PackageDigest;
import chasqui.storage.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A package is handed over to a library, which gives nothing back that was once handed over. */
class CommandToTapeIT extends CommandMethodContract {
    @Override
    Transfer between(Transfer disks) throws Exception {
        Fingerprint print = Fingerprint.take(disks.source(), Progress.NONE);
        PackageDigest digest = new PackageDigest(print.sizeBytes(), print.xxHash64(), print.sha256());
        return withEnds(disks, digest, disks.origin(), disks.originPath().encoded(), tape(), NAME);
    }

    @Override
    Path arrived() {
        return tapes.tape(NAME);
    }

    @Override
    Path destination() {
        return library();
    }

    /** A library that has lost its tapes answers nothing; its folder is the stand-in's, and stays. */
    @Override
    void takeAwayDestination() throws IOException {
        Files.delete(library());
        tapes.control("exit_query=3");
    }

    private long handedOver() throws IOException {
        return tapes.calls().stream().filter(call -> call.startsWith("archive")).count();
    }

    /** What has a name on tape keeps it: that it is something else is found out when it is proven. */
    @Override
    @Test
    void other_bytes_under_the_incoming_name_are_kept_aside_and_do_not_stop_the_transfer() throws Exception {
        plant("a stranger's");
        move();
        assertThat(arrived()).hasContent("a stranger's");
        assertThat(handedOver()).isZero();
    }

    /** There are none: nothing of it is written to a disk. */
    @Override
    @Test
    void left_overs_of_an_attempt_that_died_are_removed() throws Exception {
        move();
        assertThat(folder.resolve("recalled")).isEmptyDirectory();
        assertThat(transfer.origin().root().resolve(".chasqui/tmp")).isEmptyDirectory();
    }

    @Test
    void a_package_is_handed_over_once() throws Exception {
        move();
        move();
        tapes.control("pending=*");
        move();
        assertThat(handedOver()).isEqualTo(1);
    }

    @Test
    void a_library_that_keeps_nothing_of_what_it_took_is_told() throws Exception {
        tapes.control("lose=yes");
        assertThatThrownBy(this::move)
                .hasMessageContaining("says ABSENT of " + NAME)
                .satisfies(e -> assertThat(FailureClassifier.classify(e).kind()).isEqualTo(FailureKind.LOCATION));
    }

    @Test
    void two_ends_that_no_machine_sees_both_are_refused() {
        transfer = withEnds(
                transfer, transfer.digest(), transfer.destination(), NAME, transfer.destination(), "other.tar");
        assertThatThrownBy(this::move)
                .hasMessageContaining("want a file on a disk")
                .satisfies(e ->
                        assertThat(FailureClassifier.classify(e).retryable()).isFalse());
    }
}
