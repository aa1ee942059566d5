package chasqui.storage;

import java.io.IOException;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;

/** An S3 store refused, or could not be asked. Holds no key and no signature. */
public class S3Failure extends StorageException {
    private static final long serialVersionUID = 1L;

    /** What {@link #code} says when no answer came. */
    static final String NO_ANSWER = "NoAnswer";

    private static final String INTERRUPTED = "Interrupted";

    private static final String NO_KEYS = "NoKeys";
    private static final Set<String> CLOCK = Set.of("RequestTimeTooSkewed", "RequestExpired", "InvalidSignatureTime");

    /** What a store says of one object or of what was sent for it, never of its bucket or of who asks. */
    private static final Set<String> OF_ONE_OBJECT = Set.of(
            "NoSuchKey",
            "KeyTooLongError",
            "EntityTooLarge",
            "EntityTooSmall",
            "MetadataTooLarge",
            "BadDigest",
            "InvalidDigest",
            "IncompleteBody",
            "InvalidObjectState",
            "InvalidRange");

    private final int status;
    private final String code;
    private final boolean retryable;

    S3Failure(String message, int status, String code, boolean retryable, Throwable cause) {
        super(message, cause);
        this.status = status;
        this.code = code;
        this.retryable = retryable;
    }

    /** HTTP status, 0 when no answer came. */
    public int status() {
        return status;
    }

    /** The store's own word, like {@code NoSuchBucket}; {@code NoAnswer} when none came. */
    public String code() {
        return code;
    }

    /** Whether the store was not reached, or the connection to it broke: a matter of the way there, not of the store. */
    public boolean noAnswer() {
        return code.equals(NO_ANSWER);
    }

    /** Whether the thread that did the work was interrupted: nobody's fault at either end. */
    public boolean interrupted() {
        return code.equals(INTERRUPTED);
    }

    /** Whether the same request may succeed later without anybody doing anything about it. */
    public boolean retryable() {
        return retryable;
    }

    /** Whether it concerns this object alone, so that others may well be stored or read. */
    public boolean isOfOneObject() {
        return OF_ONE_OBJECT.contains(code);
    }

    /** @param what begins the message: what was tried, on which object */
    static S3Failure of(String what, S3Endpoint endpoint, SdkException cause) {
        if (cause instanceof AwsServiceException answer && answer.statusCode() > 0) {
            return ofAnswer(what, endpoint, answer);
        }
        if (cause instanceof AbortedException || Thread.currentThread().isInterrupted()) {
            return interrupted(what, cause);
        }
        boolean configuration = cause instanceof SdkClientException
                && String.valueOf(cause.getMessage()).contains("credentials");
        return new S3Failure(
                "%s: no answer from %s: %s%s"
                        .formatted(
                                what,
                                endpoint,
                                rootReason(cause),
                                configuration ? "; give the credential its keys" : ""),
                0,
                configuration ? NO_KEYS : NO_ANSWER,
                !configuration,
                cause);
    }

    static S3Failure interrupted(String what, Exception cause) {
        return new S3Failure(
                what + ": stopped: the thread that did the work was interrupted", 0, INTERRUPTED, true, cause);
    }

    static S3Failure of(String what, S3Endpoint endpoint, IOException cause) {
        return new S3Failure(
                "%s: the connection to %s broke: %s".formatted(what, endpoint, Failures.reason(cause)),
                0,
                NO_ANSWER,
                true,
                cause);
    }

    private static S3Failure ofAnswer(String what, S3Endpoint endpoint, AwsServiceException answer) {
        int status = answer.statusCode();
        String code = answer.awsErrorDetails() == null
                ? "Status" + status
                : String.valueOf(answer.awsErrorDetails().errorCode());
        String said = answer.awsErrorDetails() == null
                ? "no explanation"
                : String.valueOf(answer.awsErrorDetails().errorMessage());
        boolean clock = CLOCK.contains(code);
        boolean retryable = status >= 500 || status == 429 || status == 408 || status == 409 || clock;
        return new S3Failure(
                "%s: %s answered %d %s: %s%s"
                        .formatted(what, endpoint, status, code, said, remedy(status, code, endpoint)),
                status,
                code,
                retryable,
                answer);
    }

    private static String remedy(int status, String code, S3Endpoint endpoint) {
        if (CLOCK.contains(code)) {
            return "; the clocks of this machine and of the store differ too much: set this machine's right";
        }
        if (code.equals("NoSuchBucket")) {
            return "; make the bucket, or correct its name in the topology";
        }
        return switch (status) {
            case 401, 403 ->
                "; check the keys of credential '%s' and what the bucket lets it do".formatted(endpoint.credential());
            case 404 -> "; check the bucket and the key";
            case 429, 503 -> "; the store asks for patience, and the work goes on later";
            case 507 -> "; free space in the store";
            default -> "";
        };
    }

    private static String rootReason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
