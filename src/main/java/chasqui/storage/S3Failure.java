package chasqui.storage;

import java.io.IOException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;

/** An S3 store refused, or could not be asked. Holds no key and no signature. */
public class S3Failure extends StorageException {
    private static final long serialVersionUID = 1L;

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

    /** Whether the same request may succeed later without anybody doing anything about it. */
    public boolean retryable() {
        return retryable;
    }

    /** @param what begins the message: what was tried, on which object */
    static S3Failure of(String what, SdkException cause) {
        if (cause instanceof AwsServiceException answer && answer.statusCode() > 0) {
            return ofAnswer(what, answer);
        }
        boolean configuration = cause instanceof SdkClientException
                && String.valueOf(cause.getMessage()).contains("credentials");
        return new S3Failure(
                "%s: no answer from the store: %s".formatted(what, rootReason(cause)),
                0,
                "NoAnswer",
                !configuration,
                cause);
    }

    static S3Failure of(String what, IOException cause) {
        return new S3Failure(
                "%s: the connection to the store broke: %s".formatted(what, Failures.reason(cause)),
                0,
                "NoAnswer",
                true,
                cause);
    }

    private static S3Failure ofAnswer(String what, AwsServiceException answer) {
        int status = answer.statusCode();
        String code = answer.awsErrorDetails() == null
                ? "Status" + status
                : String.valueOf(answer.awsErrorDetails().errorCode());
        String said = answer.awsErrorDetails() == null
                ? "no explanation"
                : String.valueOf(answer.awsErrorDetails().errorMessage());
        boolean retryable = status >= 500 || status == 429 || status == 408 || status == 409;
        return new S3Failure(
                "%s: the store answered %d %s: %s%s".formatted(what, status, code, said, remedy(status)),
                status,
                code,
                retryable,
                answer);
    }

    private static String remedy(int status) {
        return switch (status) {
            case 401, 403 -> "; check the credential's keys and what the bucket lets it do";
            case 404 -> "; check the bucket and the key";
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
