package chasqui.queue.redis;

import java.time.Duration;

/**
 * How often things are done.
 *
 * @param wake longest time that the listener waits before it asks anew
 * @param pause between tries while Redis does not answer
 * @param beat between two looks for what others left
 * @param abandoned a hint that its process has not answered for so long is taken over
 * @param shown how often a process refreshes its health keys
 * @param dead a process that was not heard of for so long, and holds no hint, is taken off the queues
 */
record Rhythm(Duration wake, Duration pause, Duration beat, Duration abandoned, Duration shown, Duration dead) {
    static final Rhythm USUAL = new Rhythm(
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            Duration.ofMinutes(10));
}
