/**
 * Looks at a data location before work is sent there: whether what its operations need can be done at all, tried for real
 * and removed again. What fails is told with its reason, and is tried again until it passes; nothing that hangs holds up
 * another location or the process.
 */
package chasqui.preflight;
