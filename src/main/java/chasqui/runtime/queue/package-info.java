/**
 * Camel's side of queues: endpoints {@code memory-queue:NAME?concurrentConsumers=N} for hints within a process, and
 * {@code redis-queue:} with the same for hints between machines.
 */
package chasqui.runtime.queue;
