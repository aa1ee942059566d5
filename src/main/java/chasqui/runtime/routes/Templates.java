package chasqui.runtime.routes;

import java.util.Map;
import java.util.Set;

/** The routes that are made of templates. */
public interface Templates {
    /** A step that may fail. */
    interface Step {
        void go() throws Exception;
    }

    /** Puts back what was there before. */
    interface Back {
        /** @param why nothing can be made of what came instead */
        void go(Exception why) throws Exception;
    }

    /** Nobody makes routes of templates. */
    Templates NONE = new Templates() {
        @Override
        public void replace(Set<String> ids, Step step, Map<String, Back> back) throws Exception {
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
     * @param back puts an older template back, by id: done at once when a route cannot be made of the new one, by the
     *     thread that finds it; the routes of the older one follow
     */
    void replace(Set<String> ids, Step step, Map<String, Back> back) throws Exception;

    /** Looks again at those that are still of an older template, because they have work in hand. */
    Set<String> outdated();
}
