package chasqui.queue.redis;

import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.redisson.client.RedisAuthRequiredException;
import org.redisson.client.RedisLoadingException;
import org.redisson.client.RedisOutOfMemoryException;
import org.redisson.client.RedisReadonlyException;
import org.redisson.client.RedisTimeoutException;
import org.redisson.client.RedisWrongPasswordException;

/** Says why hints do not travel, in words that name the remedy. */
final class Diagnosis {
    private static final String MEANWHILE =
            "; it is tried again by itself, and workers look for work every chasqui.worker.look meanwhile";
    private final RedisSettings settings;

    Diagnosis(RedisSettings settings) {
        this.settings = settings;
    }

    String where() {
        return "Redis at " + settings.where();
    }

    String of(Throwable failure) {
        String said = said(failure);
        return where() + " " + reason(failure, said) + MEANWHILE;
    }

    /** Whether it may be right again in the next moment, without anybody doing anything. */
    static boolean isAway(Throwable failure) {
        return !isLogin(failure)
                && !said(failure).contains("NOPERM")
                && !said(failure).contains("MISCONF")
                && !has(failure, RedisOutOfMemoryException.class)
                && !has(failure, RedisReadonlyException.class)
                && !has(failure, SSLException.class)
                && !has(failure, Error.class);
    }

    private static boolean isLogin(Throwable failure) {
        String said = said(failure);
        return has(failure, RedisWrongPasswordException.class)
                || has(failure, RedisAuthRequiredException.class)
                || said.contains("WRONGPASS")
                || said.contains("NOAUTH");
    }

    private String reason(Throwable failure, String said) {
        if (has(failure, Error.class)) {
            return "is not to blame: this process has not what it needs (" + deepest(failure)
                    + "); give it more memory or threads";
        }
        if (isLogin(failure)) {
            return "refuses the login of " + settings.login()
                    + ": correct chasqui.redis.user or CHASQUI_REDIS_PASSWORD, or its ACL";
        }
        if (said.contains("NOPERM")) {
            return "lets " + settings.login() + " not do what queues need (" + first(said, "NOPERM")
                    + "): docs/runbook.md has the ACL line";
        }
        if (has(failure, RedisOutOfMemoryException.class)) {
            return "takes no more hints, its memory is full: raise its maxmemory, or find out who fills it";
        }
        if (said.contains("MISCONF")) {
            return "takes no hints, because it cannot save to its disk (MISCONF): look at its disk and log";
        }
        if (has(failure, RedisReadonlyException.class)) {
            return "is a replica and takes no hints: name the master, or the sentinels, in " + RedisSettings.ADDRESS;
        }
        if (has(failure, RedisLoadingException.class)) {
            return "is still reading its data";
        }
        if (has(failure, SSLException.class)) {
            return "is not trusted, or speaks no TLS (" + deepest(failure)
                    + "): correct chasqui.redis.tls-ca, or redis:// and rediss:// in " + RedisSettings.ADDRESS;
        }
        if (has(failure, TimeoutException.class) || has(failure, RedisTimeoutException.class)) {
            return "does not answer within " + settings.answer().toMillis() + " ms: look at its log and load";
        }
        return "cannot be used (" + deepest(failure) + "): start it, or correct " + RedisSettings.ADDRESS;
    }

    private static String said(Throwable failure) {
        StringBuilder all = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            all.append(cause.getMessage()).append('\n');
        }
        return all.toString();
    }

    private static boolean has(Throwable failure, Class<? extends Throwable> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private static String deepest(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        return cause instanceof ClosedChannelException || message.equals("null")
                ? "the connection was closed"
                : message;
    }

    private static String first(String said, String word) {
        return said.substring(said.indexOf(word))
                .lines()
                .findFirst()
                .orElse(word)
                .replaceFirst("\\. channel:.*", "");
    }
}
