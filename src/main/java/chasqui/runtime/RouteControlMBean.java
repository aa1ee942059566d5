package chasqui.runtime;

import java.util.List;

/** What operators see and do of the route files over JMX. */
public interface RouteControlMBean {
    /** Where they are. */
    String getFolder();

    /** What came of those that were read last. */
    String getLastResult();

    /** Why they are not those that run, with file, line and remedy; empty: they are. */
    List<String> getProblems();

    /** What is not changed yet, because it has work in hand. */
    List<String> getWaiting();

    /** Reads them now, and follows them where nothing is wrong; then look at the problems. */
    void check();
}
