package chasqui.pipeline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims for those threads of this process that ask for work of one queue at the same time. While one statement is under
 * way, who comes waits, and the next statement is for all who wait: as many rows, one commit. Who comes alone waits for
 * nobody, and queues do not wait for each other.
 */
final class JointClaims {
    private static final Logger log = LoggerFactory.getLogger(JointClaims.class);
    private static final int MOST = 64;

    private final Source source;
    private final Map<String, Turn> turns = new ConcurrentHashMap<>();

    JointClaims(Source source) {
        this.source = source;
    }

    /**
     * An operation that is ours, under a token of its own.
     *
     * @param database that it is in
     */
    record Claimed(Operation operation, UUID token, UUID database) {}

    /** Where they come from. */
    interface Source {
        Optional<Claimed> one(String queue);

        /**
         * @param most 2 or more
         * @return the best of the queue, at most so many
         * @throws RuntimeException nothing was claimed; each may try alone
         */
        List<Claimed> several(String queue, int most);
    }

    /** What one who asks is told: what it has, or that there is nothing, or what to do itself. */
    private record Answer(Optional<Claimed> claimed, boolean ask, boolean askAlone) {
        static final Answer ASK_FOR_ALL = new Answer(Optional.empty(), true, false);
        static final Answer ASK_ALONE = new Answer(Optional.empty(), true, true);

        static Answer of(Optional<Claimed> claimed) {
            return new Answer(claimed, false, false);
        }
    }

    private static final class Turn {
        private final Deque<CompletableFuture<Answer>> waiting = new ArrayDeque<>();
        private boolean busy;

        /** @return false when another asks for us, or tells us to */
        synchronized boolean join(CompletableFuture<Answer> me) {
            waiting.add(me);
            boolean first = !busy;
            busy = true;
            return first;
        }

        synchronized List<CompletableFuture<Answer>> take() {
            List<CompletableFuture<Answer>> all = new ArrayList<>();
            while (all.size() < MOST && !waiting.isEmpty()) {
                all.add(waiting.remove());
            }
            return all;
        }

        /** Whoever waits longest is the next to ask. */
        synchronized void pass() {
            if (waiting.isEmpty()) {
                busy = false;
            } else {
                waiting.peek().complete(Answer.ASK_FOR_ALL);
            }
        }
    }

    /** @return empty when nothing is due, or when others got it */
    Optional<Claimed> claim(String queue) {
        Turn turn = turns.computeIfAbsent(queue, name -> new Turn());
        CompletableFuture<Answer> me = new CompletableFuture<>();
        // An interrupt does not end the wait: what was claimed for this thread must not be left with nobody.
        Answer answer = turn.join(me) ? Answer.ASK_FOR_ALL : me.join();
        if (!answer.ask()) {
            return answer.claimed();
        }
        return answer.askAlone() ? source.one(queue) : askForAll(queue, turn);
    }

    private Optional<Claimed> askForAll(String queue, Turn turn) {
        // We wait longest: the first of them is us.
        List<CompletableFuture<Answer>> all = turn.take();
        List<Answer> answers = Collections.nCopies(all.size(), Answer.ASK_ALONE);
        try {
            answers = all.size() == 1 ? List.of(Answer.of(source.one(queue))) : several(queue, all.size());
        } finally {
            turn.pass();
            for (int i = 1; i < all.size(); i++) {
                all.get(i).complete(answers.get(i));
            }
        }
        Answer mine = answers.get(0);
        return mine.askAlone() ? source.one(queue) : mine.claimed();
    }

    private List<Answer> several(String queue, int wanted) {
        List<Claimed> found;
        try {
            found = source.several(queue, wanted);
        } catch (RuntimeException refused) {
            log.debug("{}: {} operations cannot be claimed together, each goes alone", queue, wanted, refused);
            return Collections.nCopies(wanted, Answer.ASK_ALONE);
        }
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < wanted; i++) {
            answers.add(Answer.of(i < found.size() ? Optional.of(found.get(i)) : Optional.empty()));
        }
        return answers;
    }
}
