package chasqui.command;

import chasqui.inspection.LinkReader;
import chasqui.inspection.LinkStatus;
import chasqui.inspection.LinkText;
import chasqui.link.LinkPauses;
import chasqui.pipeline.ChasquiException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;

/** {@code chasqui link list|pause|resume}. */
public final class LinkRequest {
    private final LinkReader reader;
    private final LinkPauses pauses;
    private final PrintStream out;
    private final PrintStream err;

    public LinkRequest(Jdbi database, PrintStream out, PrintStream err) {
        this.reader = new LinkReader(database);
        this.pauses = new LinkPauses(database);
        this.out = out;
        this.err = err;
    }

    /** @return exit code: 0, also when a link does not move */
    public int list(boolean json) {
        List<LinkStatus> links = reader.read();
        Answer.print(json, out, Map.of("links", links), () -> out.print(LinkText.of(links)));
        return 0;
    }

    /** @return exit code: 0 paused, 2 refused, with the reason on the error stream */
    public int pause(String from, String to, String who, String reason) {
        try {
            pauses.pause(from, to, who, reason);
            out.println(from + " → " + to + " is paused: nothing begins; what is under way ends");
            return 0;
        } catch (ChasquiException refused) {
            err.println(refused.getMessage());
            return 2;
        }
    }

    /** @return exit code: 0 open again or not paused at all, 2 refused */
    public int resume(String from, String to, String who, String reason) {
        try {
            boolean was = pauses.resume(from, to, who, reason);
            out.println(from + " → " + to + (was ? " goes on within seconds" : " was not paused"));
            return 0;
        } catch (ChasquiException refused) {
            err.println(refused.getMessage());
            return 2;
        }
    }
}
