/** Where hints travel: one endpoint per queue, hidden behind one setting so that another transport can follow. */
package chasqui.queue;
