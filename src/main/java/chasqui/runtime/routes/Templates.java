package chasqui.runtime.routes;

import java.util.Set;

/** The routes that are made of templates. */
public interface Templates {
    /** A step that may fail. */
    interface Step {
        void go() throws Exception;
    }

    /** Nobody makes routes of templates. */
    Templates NONE = new Templates() {
        @Override
        public void replace(Set<String> ids, Step step) throws Exception {
            step.go();
        }

        @Override
        public Set<String> outdated() {
            return Set.of();
        }
    };

    /**
     * Makes anew, one after another and beside their work in hand, the routes of these templates.
     *
     * @param step replaces the templates; nobody makes a route of any of them meanwhile
     */
    void replace(Set<String> ids, Step step) throws Exception;

    /** Looks again at those that are still of an older template, because they have work in hand. */
    Set<String> outdated();
}
