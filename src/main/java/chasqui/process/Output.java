package chasqui.process;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Takes what a program prints. Called on the thread that runs it; must not keep more than it wants to. */
@FunctionalInterface
public interface Output {
    void take(byte[] bytes, int length);

    /** Keeps the beginning, or the end, of what is printed; the rest is thrown away. */
    final class Kept implements Output {
        private final int most;
        private final boolean end;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        private Kept(int most, boolean end) {
            this.most = most;
            this.end = end;
        }

        /** @param most bytes to keep, 1 or more */
        public static Kept beginning(int most) {
            return new Kept(most, false);
        }

        /** @param most bytes to keep, 1 or more; twice as many are held */
        public static Kept end(int most) {
            return new Kept(most, true);
        }

        @Override
        public void take(byte[] printed, int length) {
            if (!end) {
                bytes.write(printed, 0, Math.min(length, most - bytes.size()));
                return;
            }
            int from = Math.max(0, length - most);
            bytes.write(printed, from, length - from);
            if (bytes.size() > 2 * most) {
                byte[] all = bytes.toByteArray();
                bytes.reset();
                bytes.write(all, all.length - most, most);
            }
        }

        /** As text that is safe to show: control characters other than the end of a line are replaced. */
        public String text() {
            byte[] all = bytes.toByteArray();
            int from = end ? Math.max(0, all.length - most) : 0;
            return new String(all, from, all.length - from, StandardCharsets.UTF_8)
                    .replace("\r\n", "\n")
                    .replaceAll("[\\p{Cntrl}&&[^\\n]]", "?")
                    .strip();
        }
    }
}
