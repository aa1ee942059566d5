package chasqui.transfer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which transfers may go over one link now: by priority, then instruments take turns, then by age. What was let go and not
 * begun yet is held back again for what is more urgent, and when the link has less room than it had.
 */
final class Admission {
    private final Map<Long, Long> turns;
    private final Map<Long, Long> taken = new HashMap<>();
    private final List<Contender> begin = new ArrayList<>();
    private final List<Contender> holdBack = new ArrayList<>();
    private long lastTurn;

    /**
     * @param contenders of one link, in any order
     * @param room how many of them may be let go, what is running not counted
     * @param turns by instrument, when it had its last; one that is missing never had any
     */
    Admission(List<Contender> contenders, int room, Map<Long, Long> turns) {
        this.turns = new HashMap<>(turns);
        this.lastTurn = turns.values().stream().mapToLong(turn -> turn).max().orElse(0);
        int left = room;
        List<Contender> waiting = new ArrayList<>();
        List<Contender> sorted = contenders.stream()
                .sorted(Comparator.comparing(Contender::priority)
                        .thenComparing(contender -> !contender.admitted())
                        .thenComparing(Contender::transferId))
                .toList();
        for (int i = 0; i < sorted.size(); i++) {
            Contender contender = sorted.get(i);
            if (!contender.admitted()) {
                waiting.add(contender);
            } else if (left > 0) {
                left--;
            } else {
                holdBack.add(contender);
            }
            boolean levelEnds = i + 1 == sorted.size() || sorted.get(i + 1).priority() != contender.priority();
            if (levelEnds) {
                left -= takeTurns(waiting, left);
                waiting.clear();
            }
        }
    }

    /** @param level of one priority, by age */
    private int takeTurns(List<Contender> level, int room) {
        List<Contender> waiting = new ArrayList<>(level);
        int let = 0;
        while (let < room && !waiting.isEmpty()) {
            Contender next = waiting.stream()
                    .min(Comparator.<Contender>comparingLong(c -> turns.getOrDefault(c.instrumentId(), 0L))
                            .thenComparing(Contender::transferId))
                    .orElseThrow();
            waiting.remove(next);
            begin.add(next);
            turns.put(next.instrumentId(), ++lastTurn);
            taken.put(next.instrumentId(), lastTurn);
            let++;
        }
        return let;
    }

    /** To be let go, best first. */
    List<Contender> begin() {
        return begin;
    }

    /** Admitted, and to be held back as long as nobody has claimed them. */
    List<Contender> holdBack() {
        return holdBack;
    }

    /** Turns that instruments took, by instrument. */
    Map<Long, Long> taken() {
        return taken;
    }
}
