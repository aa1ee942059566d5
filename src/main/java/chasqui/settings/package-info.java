/** Settings: read from files, environment and command line, checked as a whole before anything starts. */
package chasqui.settings;
