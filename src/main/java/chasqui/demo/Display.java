package chasqui.demo;

import chasqui.pipeline.Stage;
import java.io.Console;
import java.time.Clock;

/** Shows how far each stage is: as bars on a terminal, as plain lines elsewhere. */
interface Display extends AutoCloseable {
    /** How far one stage is. */
    record Line(Stage stage, long files, long filesTotal, long bytes, long bytesTotal) {
        boolean done() {
            return filesTotal > 0 && files >= filesTotal;
        }
    }

    void show(Line line);

    @Override
    void close();

    /** Bars where a person watches, plain lines where a program reads. */
    static Display forThisOutput() {
        return onTerminal() && !"dumb".equals(System.getenv("TERM"))
                ? new StageBars(System.out, Clock.systemUTC())
                : new StageLines(System.err, Clock.systemUTC());
    }

    /** Java 22 to 24 have a console without a terminal too, and a method, unknown to 17, that tells. */
    private static boolean onTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException before22) {
            return true;
        } catch (ReflectiveOperationException unknown) {
            return false;
        }
    }
}
