/** Wiring: the only package that knows Camel. Builds everything from settings, starts and stops it in order. */
package chasqui.runtime;
