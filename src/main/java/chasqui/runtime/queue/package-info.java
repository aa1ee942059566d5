/** Camel's side of queues on Redis: endpoints {@code redis-queue:NAME?concurrentConsumers=N}. */
package chasqui.runtime.queue;
