package chasqui.demo;

import chasqui.pipeline.Stage;

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
        return System.console() != null && !"dumb".equals(System.getenv("TERM"))
                ? new StageBars()
                : new StageLines(System.err);
    }
}
