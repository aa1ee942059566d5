package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chasqui.pipeline.NotYet;
import chasqui.storage.IntegrityViolation;
import chasqui.testing.Alteration;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A package comes back from tape. */
class CommandFromTapeIT extends CommandMethodContract {
    @Override
    Transfer between(Transfer disks) throws Exception {
        Transfer fromTape = withEnds(disks, disks.digest(), tape(), NAME, disks.destination(), disks.incomingName());
        Files.createDirectories(tapes.tape(NAME).getParent());
        Files.copy(disks.source(), tapes.tape(NAME));
        return fromTape;
    }

    @Override
    Path sent() {
        return tapes.tape(NAME);
    }

    @Override
    String sentName() {
        return NAME;
    }

    private long recalled() throws Exception {
        return tapes.calls().stream().filter(call -> call.startsWith("recall")).count();
    }

    @Test
    void what_came_back_once_is_not_asked_for_again() throws Exception {
        move();
        move();
        assertThat(arrived()).hasSameBinaryContentAs(sent());
        assertThat(recalled()).isEqualTo(1);
        assertThat(destination().resolve(".chasqui/tmp")).isEmptyDirectory();
    }

    @Test
    void what_is_not_on_tape_yet_is_waited_for() throws Exception {
        tapes.control("pending=*");
        assertThatThrownBy(this::move).isInstanceOf(NotYet.class);
        assertThat(recalled()).isZero();
        tapes.control();
        move();
        assertThat(arrived()).hasSameBinaryContentAs(sent());
    }

    @Test
    void bytes_that_come_back_wrong_get_no_name() throws Exception {
        Alteration.BIT_IN_THE_MIDDLE.apply(sent());
        assertThatThrownBy(this::move)
                .isInstanceOf(IntegrityViolation.class)
                .hasMessageContaining("as it came back from tape");
        assertThat(arrived()).doesNotExist();
    }
}
