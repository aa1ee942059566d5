package chasqui.transfer;

import chasqui.pipeline.Lease;

/**
 * A transfer method: moves the bytes of one transfer package to its incoming name. A new one is a class, a bean and a
 * route {@code direct:transfer-NAME}; whoever calls it does not change.
 *
 * <p>When it returns, {@link Transfer#incoming} holds exactly the registered bytes, durable. When it throws, that name
 * holds nothing, or what an earlier attempt completed. Left-overs of earlier attempts are removed.
 */
public interface ByteMover {
    /**
     * @param lease told the bytes moved; asked before the incoming name is made
     * @throws chasqui.pipeline.ChasquiException classified where the method knows better than the exception's type
     */
    void move(Lease lease, Transfer transfer) throws Exception;
}
