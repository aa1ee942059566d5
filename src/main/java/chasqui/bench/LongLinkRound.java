package chasqui.bench;

import java.util.Locale;

/** What each contender reached in one round, bytes per second; one line from the sender's process. */
record LongLinkRound(double queue, double iperf, double bare) {
    private static final String WORD = "round";

    static boolean isOne(String line) {
        return line.startsWith(WORD + " ");
    }

    static LongLinkRound parse(String line) {
        String[] words = line.split(" ");
        return new LongLinkRound(
                Double.parseDouble(words[1]), Double.parseDouble(words[2]), Double.parseDouble(words[3]));
    }

    String line() {
        return String.format(Locale.ROOT, "%s %.0f %.0f %.0f", WORD, queue, iperf, bare);
    }
}
