package chasqui.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MachineTest {
    @Test
    void containers_of_one_machine_that_do_not_see_each_others_processes_are_two() throws Exception {
        Path namespace = Path.of("/proc/self/ns/pid");
        assumeThat(Files.isSymbolicLink(namespace))
                .as("SKIPPED: this kernel does not tell namespaces of processes")
                .isTrue();
        assertThat(Machine.id())
                .contains(Files.readSymbolicLink(namespace).toString())
                .isEqualTo(Machine.id());
    }
}
