/**
 * Hints between machines: one Redis stream per queue, one consumer group, and in each process three threads for any number
 * of queues. {@link chasqui.queue.redis.Outbox} adds and acknowledges in batches, {@link chasqui.queue.redis.Listener}
 * waits for all streams at once, {@link chasqui.queue.redis.Keeper} takes over what dead processes left. Redis is
 * expendable: whatever goes wrong here is a delay, because workers also look by themselves.
 */
package chasqui.queue.redis;
