package chasqui.runtime;

import java.lang.management.ManagementFactory;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The route files over JMX: what became of them, and "look again now". */
final class RouteControl implements RouteControlMBean, AutoCloseable {
    static final String NAME = "chasqui:type=Routes";
    private static final Logger log = LoggerFactory.getLogger(RouteControl.class);

    private final RouteWatch watch;
    private boolean registered;

    RouteControl(RouteWatch watch) {
        this.watch = watch;
    }

    /** A second service in one virtual machine does without. */
    void register() {
        try {
            ObjectName name = new ObjectName(NAME);
            if (!ManagementFactory.getPlatformMBeanServer().isRegistered(name)) {
                ManagementFactory.getPlatformMBeanServer()
                        .registerMBean(new StandardMBean(this, RouteControlMBean.class), name);
                registered = true;
            }
        } catch (JMException failure) {
            log.warn("the route files are not to be had over JMX: {}", failure.toString());
        }
    }

    @Override
    public String getFolder() {
        return watch.folder().toString();
    }

    @Override
    public String getLastResult() {
        return watch.result();
    }

    @Override
    public List<String> getProblems() {
        return watch.problems();
    }

    @Override
    public List<String> getWaiting() {
        return watch.told();
    }

    @Override
    public void check() {
        watch.again();
    }

    @Override
    public void close() {
        try {
            if (registered) {
                ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName(NAME));
            }
        } catch (JMException failure) {
            log.debug("the route files were not to be had over JMX any more", failure);
        }
    }
}
