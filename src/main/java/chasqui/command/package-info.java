/** The command line: one class per command; what they do lies in the packages they call. */
package chasqui.command;
