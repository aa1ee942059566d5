package chasqui.runtime;

import java.util.List;

/** What operators see and do of preflights over JMX. */
public interface PreflightControlMBean {
    /** What is wrong at the data locations of this node, one sentence each; empty: nothing. */
    List<String> getProblems();

    /** @param locations pattern of those to be tried again now, such as {@code cologne/*} */
    void tryAgain(String locations);
}
