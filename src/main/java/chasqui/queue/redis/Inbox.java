package chasqui.queue.redis;

import chasqui.queue.Hint;
import chasqui.queue.ServedQueue;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.redisson.api.StreamMessageId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what was heard to the workers. What is no hint is answered and forgotten. */
final class Inbox {
    private static final Logger log = LoggerFactory.getLogger(Inbox.class);
    private static final Pattern OPERATION = Pattern.compile("\\d{1,18}");

    private final Outbox outbox;
    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    Inbox(Outbox outbox) {
        this.outbox = outbox;
    }

    /** @param queue null: the stream carries nothing for workers */
    void deliver(ServedQueue queue, String stream, Map<StreamMessageId, Map<String, String>> messages) {
        messages.forEach((id, fields) -> {
            String operation = String.valueOf(fields.get(Outbox.FIELD));
            if (queue != null && OPERATION.matcher(operation).matches()) {
                queue.wake(Hint.heard(queue, operation, hint -> outbox.answer(stream, id)));
                return;
            }
            outbox.answer(stream, id);
            if (queue != null && warned.add(stream)) {
                log.warn(
                        "message {} in {} is no hint and was removed; who else writes there? Others of that stream are removed without a word",
                        id,
                        stream);
            }
        });
    }
}
