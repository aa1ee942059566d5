package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 4096, Slab.BLOCK_BYTES - 1, Slab.BLOCK_BYTES, Slab.BLOCK_BYTES + 1, 20_000_003})
    void both_digests_of_a_file_are_those_of_its_bytes(int size) throws Exception {
        byte[] content = Samples.bytes(size, size);
        Path file = Files.write(folder.resolve("file"), content);
        AtomicLong told = new AtomicLong();
        Fingerprint print = Fingerprint.take(file, told::addAndGet);
        assertThat(print.sizeBytes()).isEqualTo(size);
        assertThat(print.xxHash64()).isEqualTo(Digests.xxHash64Of(content));
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(content);
        assertThat(print.sha256()).isEqualTo(Checksum.sha256(sha256));
        assertThat(told).hasValue(size);
    }

    @Test
    void a_file_that_grows_while_it_is_read_is_refused() throws Exception {
        Path file = Files.write(folder.resolve("file"), Samples.bytes(5_000_000, 1));
        Progress writer = bytes -> append(file);
        assertThatThrownBy(() -> Fingerprint.take(file, writer))
                .isInstanceOf(SourceChanged.class)
                .hasMessageContaining("changed while it was being read");
    }

    @Test
    void a_link_is_its_target_and_is_never_followed() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("/etc/passwd"));
        Fingerprint print = Fingerprint.take(link, Progress.NONE);
        assertThat(print.sizeBytes()).isEqualTo("/etc/passwd".length());
        assertThat(print.xxHash64()).isEqualTo(Digests.xxHash64Of("/etc/passwd".getBytes()));
        Path toFolder = Files.createSymbolicLink(folder.resolve("to-folder"), Path.of("/tmp"));
        assertThat(LinkTarget.encodedOf(toFolder)).isEqualTo("/tmp");
    }

    @Test
    void a_folder_and_a_fifo_are_refused() throws Exception {
        Path fifo = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        assertThatThrownBy(() -> Fingerprint.take(fifo, Progress.NONE)).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> Fingerprint.take(folder, Progress.NONE)).isInstanceOf(StorageException.class);
    }

    private static void append(Path file) {
        try {
            Files.write(file, new byte[] {1}, StandardOpenOption.APPEND);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
