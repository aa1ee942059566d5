package chasqui.runtime;

import chasqui.preflight.Preflights;
import chasqui.topology.LocationPatterns;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Preflights over JMX: what they found, and "try again now". */
final class PreflightControl implements PreflightControlMBean, AutoCloseable {
    static final String NAME = "chasqui:type=Preflight";
    private static final Logger log = LoggerFactory.getLogger(PreflightControl.class);

    private final LocationWatch watch;
    private final Preflights preflights;
    private boolean registered;

    PreflightControl(LocationWatch watch) {
        this.watch = watch;
        this.preflights = watch.preflights();
    }

    /** A second service in one virtual machine does without. */
    void register() {
        try {
            ObjectName name = new ObjectName(NAME);
            if (!ManagementFactory.getPlatformMBeanServer().isRegistered(name)) {
                ManagementFactory.getPlatformMBeanServer()
                        .registerMBean(new StandardMBean(this, PreflightControlMBean.class), name);
                registered = true;
            }
        } catch (JMException failure) {
            log.warn("preflights are not to be had over JMX: {}", failure.toString());
        }
    }

    @Override
    public List<String> getProblems() {
        return Stream.concat(watch.problems().stream(), watch.told().stream()).toList();
    }

    @Override
    public void tryAgain(String locations) {
        LocationPatterns which = new LocationPatterns(List.of(locations));
        preflights.again(which::reach);
    }

    @Override
    public void close() {
        try {
            if (registered) {
                ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName(NAME));
            }
        } catch (JMException failure) {
            log.debug("preflights were not to be had over JMX any more", failure);
        }
    }
}
