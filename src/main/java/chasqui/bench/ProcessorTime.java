package chasqui.bench;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * Time of processors, which other programs on the machine cannot take from a measurement as they take seconds.
 *
 * @param own of this process
 * @param database of the processes that it has started and that run on: PostgreSQL
 */
record ProcessorTime(Duration own, Duration database) {
    static ProcessorTime now() {
        Duration others = ProcessHandle.current()
                .descendants()
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
        long own = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getProcessCpuTime();
        return new ProcessorTime(Duration.ofNanos(own), others);
    }

    ProcessorTime since(ProcessorTime before) {
        return new ProcessorTime(own.minus(before.own), database.minus(before.database));
    }

    ProcessorTime dividedBy(int operations) {
        return new ProcessorTime(own.dividedBy(operations), database.dividedBy(operations));
    }
}
