package chasqui.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3PartSizeTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 64L << 20, 50_000_000_000L, 320_000L << 20, (320_000L << 20) + 1, 5L << 40, 48L << 40})
    void any_size_fits_into_the_parts_that_stores_accept(long size) {
        long part = S3PartSize.of(size);
        assertThat((size + part - 1) / part).isLessThanOrEqualTo(10_000);
        assertThat(part).isBetween(5L << 20, 5L << 30);
    }
}
