package chasqui.recovery;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process knows of the machine that it runs on. */
final class Machine {
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
    /** A number of a process means something in here only; two containers of one machine have two of them. */
    private static final Path PROCESSES = Path.of("/proc/self/ns/pid");

    private Machine() {}

    /**
     * The same for all processes that can look at each other, from the start of their machine, or container, to its end;
     * empty where the kernel does not tell.
     */
    static String id() {
        try {
            return Files.readString(BOOT).strip() + " " + Files.readSymbolicLink(PROCESSES);
        } catch (IOException notLinux) {
            return "";
        }
    }

    /** Load average of the last minute; null where it is not known. */
    static Double loadAverage() {
        double load = system().getSystemLoadAverage();
        return load < 0 ? null : load;
    }

    static int processors() {
        return system().getAvailableProcessors();
    }

    private static OperatingSystemMXBean system() {
        return ManagementFactory.getOperatingSystemMXBean();
    }
}
