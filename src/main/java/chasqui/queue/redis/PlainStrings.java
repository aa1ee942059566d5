package chasqui.queue.redis;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.redisson.client.codec.StringCodec;
import org.redisson.client.protocol.Encoder;

/**
 * Text in buffers that the garbage collector frees. The library's own come from a pool, and those of a command that could
 * not be sent never go back to it: hints that are tried for as long as Redis is away would use up the memory.
 */
final class PlainStrings extends StringCodec {
    static final PlainStrings CODEC = new PlainStrings();

    private static final Encoder ENCODER =
            text -> Unpooled.wrappedBuffer(text.toString().getBytes(StandardCharsets.UTF_8));

    private PlainStrings() {}

    @Override
    public Encoder getValueEncoder() {
        return ENCODER;
    }
}
