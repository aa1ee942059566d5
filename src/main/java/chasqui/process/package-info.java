/**
 * Runs programs that are not ours: literal arguments, a plain environment, bounded output, a time limit, and an end that
 * reaches everything they have started. Knows nothing of the pipeline.
 */
package chasqui.process;
