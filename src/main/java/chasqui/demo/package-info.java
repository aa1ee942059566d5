/**
 * The demo: an observation night, or any folder of real files, driven through all stages on this machine, and an account
 * of what became of every file.
 */
package chasqui.demo;
