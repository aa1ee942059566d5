/**
 * Archives on tape, as stages use them: where a package is, what is on tape, and what comes back from there. Anything
 * that is not on tape yet makes its operation wait, without a worker.
 */
package chasqui.tape;
