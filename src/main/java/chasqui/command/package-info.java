/** What a person types: the commands, their options and what they print. */
package chasqui.command;
