package chasqui.testing;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Who on this machine has files open: the surest sign that a program still works on them. */
public final class OpenFiles {
    private OpenFiles() {}

    /** Other processes that have this file, or a file below this folder, open. */
    public static List<String> openers(Path fileOrFolder) {
        List<String> openers = new ArrayList<>();
        ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> hasOpen(process, fileOrFolder))
                .forEach(process -> openers.add(
                        process.pid() + " " + process.info().commandLine().orElse("?")));
        return openers;
    }

    private static boolean hasOpen(ProcessHandle process, Path fileOrFolder) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc", process.pid() + "", "fd"))) {
            for (Path file : open) {
                if (opens(file, fileOrFolder)) {
                    return true;
                }
            }
        } catch (IOException | RuntimeException notOurs) {
            return false;
        }
        return false;
    }

    private static boolean opens(Path descriptor, Path fileOrFolder) {
        try {
            // A file that was removed meanwhile has " (deleted)" behind its name.
            return Files.readSymbolicLink(descriptor).toString().startsWith(fileOrFolder.toString());
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    /** The last word that a program was started with; "" when nobody may know. */
    public static String lastArgument(ProcessHandle process) {
        String[] arguments = process.info().arguments().orElse(new String[0]);
        return arguments.length == 0 ? "" : arguments[arguments.length - 1];
    }
}
