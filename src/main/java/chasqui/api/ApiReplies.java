package chasqui.api;

import chasqui.pipeline.ChasquiException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How failures are answered. */
public final class ApiReplies {
    private static final Logger log = LoggerFactory.getLogger(ApiReplies.class);

    /** What is said of a failure; what nobody foresaw is told to the log alone. */
    public Reply failed(Throwable failure) {
        return answer(meant(failure));
    }

    private static Reply answer(Throwable failure) {
        if (failure instanceof NotAllowed refused) {
            return Reply.error(refused.status(), refused.getMessage(), refused.retryable());
        }
        if (failure instanceof RejectedExecutionException) {
            return Reply.error(503, "too many requests at once; send this again", true);
        }
        if (failure instanceof ChasquiException known) {
            return Reply.error(known.retryable() ? 503 : 400, known.getMessage(), known.retryable());
        }
        log.error("a request failed in an unforeseen way", failure);
        return Reply.error(500, "this failed in an unforeseen way; the log of the service says more", true);
    }

    /** A failure of ours within what Camel wraps around it. */
    private static Throwable meant(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ChasquiException || cause instanceof RejectedExecutionException) {
                return cause;
            }
        }
        return failure;
    }
}
