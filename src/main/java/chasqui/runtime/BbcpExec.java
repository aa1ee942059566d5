package chasqui.runtime;

import chasqui.bbcp.BbcpResult;
import chasqui.transfer.BbcpJob;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.component.exec.ExecBinding;
import org.apache.camel.component.exec.ExecCommand;
import org.apache.camel.component.exec.ExecCommandExecutor;
import org.apache.camel.component.exec.ExecEndpoint;
import org.apache.camel.component.exec.ExecResult;

/**
 * bbcp for Camel's exec: the route says when, this says what. What is run comes from the exchange property {@code bbcp}
 * alone, never from a header or the endpoint; its result goes to the property {@code bbcpResult}, and the body stays.
 */
public final class BbcpExec implements ExecBinding, ExecCommandExecutor {
    private static final String JOB = "bbcp";
    private static final String RESULT = "bbcpResult";

    /** Camel's form of a command, with ours inside: it has no place for a lease. */
    private static final class Command extends ExecCommand {
        private static final long serialVersionUID = 1L;
        private final transient BbcpJob job;

        Command(BbcpJob job) {
            super(
                    job.command().program(),
                    List.of(),
                    null,
                    Long.MAX_VALUE,
                    Set.of(),
                    null,
                    null,
                    false,
                    LoggingLevel.DEBUG);
            this.job = job;
        }
    }

    private static final class Result extends ExecResult {
        private static final long serialVersionUID = 1L;
        private final transient BbcpResult result;

        Result(ExecCommand command, BbcpResult result) {
            super(command, InputStream.nullInputStream(), InputStream.nullInputStream(), result.exit());
            this.result = result;
        }
    }

    @Override
    public ExecCommand readInput(Exchange exchange, ExecEndpoint endpoint) {
        return new Command(exchange.getProperty(JOB, BbcpJob.class));
    }

    @Override
    public ExecResult execute(ExecCommand command) throws IOException {
        try {
            return new Result(command, ((Command) command).job.run());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("bbcp was ended").initCause(e);
        }
    }

    @Override
    public void writeOutput(Exchange exchange, ExecResult result) {
        exchange.setProperty(RESULT, ((Result) result).result);
    }
}
