package chasqui.runtime;

import chasqui.embedded.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** The file that names the operator and the password of the management web; made at the first start, then kept. */
final class OperatorPassword {
    static final String USER = "operator";
    private static final Set<PosixFilePermission> OWNER =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final Path file;

    OperatorPassword(Path home) {
        this.file = home.resolve("management-users.properties");
    }

    /** Makes the file unless it is there, readable by its owner alone. */
    Path ensured() {
        try {
            if (!Files.exists(file)) {
                PrivateFiles.write(
                        file,
                        "# user.NAME=PASSWORD,ROLE of the management web; change the password here, then restart\n"
                                + "user." + USER + "=" + PrivateFiles.secret() + ",admin\nrole.admin=*\n");
            }
            if (!Files.getPosixFilePermissions(file).equals(OWNER)) {
                Files.setPosixFilePermissions(file, OWNER);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot write " + file + ": make the home writable, or set chasqui.management.enabled to false", e);
        }
    }
}
