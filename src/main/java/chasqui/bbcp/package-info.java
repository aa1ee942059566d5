/**
 * Everything that knows bbcp: its arguments, the names it may be shown, what it prints while it works, how it is ended,
 * and what to make of it when it fails. bbcp's exit code says 0 for success and nothing else that could be relied on, so a
 * failure is explained by looking at both ends.
 *
 * <p>What bbcp does was observed with version 15.02.03.01.1; the tests hold a stand-in and the real program to it.
 */
package chasqui.bbcp;
