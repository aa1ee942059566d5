package chasqui.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import chasqui.topology.DataLocation;
import chasqui.topology.LocationType;
import chasqui.topology.StorageType;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MethodChoiceTest {
    @ParameterizedTest
    @CsvSource({
        "DISK, DISK, cp",
        "DISK, S3, s3-upload",
        "S3, DISK, s3-download",
        "S3, S3, s3-copy",
        "DISK, TAPE, command",
        "TAPE, DISK, command",
        "TAPE, S3, command"
    })
    void the_two_storage_types_choose(StorageType from, StorageType to, String method) {
        assertThat(choose(null, "auto", location(from, null), location(to, null), false))
                .isEqualTo(method);
    }

    @ParameterizedTest
    @CsvSource({
        "alpha, alpha, false, cp",
        "alpha, beta, false, bbcp",
        "alpha, beta, true, bbcp",
        ", beta, false, bbcp",
        // Pulled, the worker is on beta; an origin without a host is where that worker is.
        ", beta, true, cp",
        "alpha, , false, cp",
        "alpha, , true, bbcp"
    })
    void folders_of_another_machine_are_reached_by_bbcp(String from, String to, boolean pull, String method) {
        assertThat(choose(null, "auto", location(StorageType.DISK, from), location(StorageType.DISK, to), pull))
                .isEqualTo(method);
    }

    @Test
    void a_setting_overrides_the_storage_types_and_the_route_overrides_both() {
        DataLocation disk = location(StorageType.DISK, null);
        assertThat(choose(null, "bbcp", disk, disk, false)).isEqualTo("bbcp");
        assertThat(choose("cp", "bbcp", disk, disk, false)).isEqualTo("cp");
    }

    private static String choose(String named, String setting, DataLocation from, DataLocation to, boolean pull) {
        return MethodChoice.of(named, setting, from, to, pull);
    }

    private static DataLocation location(StorageType storage, String host) {
        Path root = storage == StorageType.DISK ? Path.of("/data") : null;
        return new DataLocation(
                1,
                1,
                "site",
                "place",
                LocationType.BUFFER,
                storage,
                1,
                true,
                false,
                root,
                host,
                null,
                null,
                null,
                false);
    }
}
