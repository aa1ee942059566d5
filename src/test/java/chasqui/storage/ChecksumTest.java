package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChecksumTest {
    @Test
    void a_checksum_is_written_and_parsed_as_algorithm_and_hex() {
        Checksum checksum = Checksum.xxHash64(0x0123456789abcdefL);
        assertThat(checksum).hasToString("xxh64:0123456789abcdef");
        assertThat(Checksum.parse("xxh64:0123456789abcdef")).isEqualTo(checksum);
        assertThat(Checksum.xxHash64(1).hex()).isEqualTo("0000000000000001");
    }

    @Test
    void the_digests_of_nothing_are_the_published_ones() {
        assertThat(Digests.xxHash64Of(new byte[0])).hasToString("xxh64:ef46db3751d8e999");
        assertThat(Checksum.sha256(Digests.newSha256().digest()))
                .hasToString("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "xxh64",
                "xxh64:",
                "md5:d41d8cd98f00b204e9800998ecf8427e",
                "xxh64:0123456789ABCDEF",
                "sha256:00"
            })
    void anything_else_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Checksum.parse(text));
    }
}
