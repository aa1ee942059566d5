/**
 * Where hints travel: one endpoint per queue, and one setting says what carries them. Within a process that is
 * {@link chasqui.queue.MemoryHints}, between machines {@code chasqui.queue.redis}; in both a queue that waits costs no
 * thread ({@link chasqui.queue.ServedQueue}).
 */
package chasqui.queue;
