package chasqui.bbcp;

/** Text from outside, fit to be shown: short, in one line, without control characters. */
final class Shown {
    private static final int LONGEST = 300;

    private Shown() {}

    static String of(String text) {
        String clean = text.codePoints()
                .map(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029 ? '?' : c)
                .limit(LONGEST + 1L)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .strip();
        return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST) + "…";
    }
}
