package chasqui.transfer;

import chasqui.link.Link;

/**
 * A transfer that could go over a link now.
 *
 * @param operationId null: it has none yet
 * @param priority lowest first
 * @param admitted a worker may claim it already
 */
record Contender(long transferId, Long operationId, Link link, int priority, long instrumentId, boolean admitted) {}
