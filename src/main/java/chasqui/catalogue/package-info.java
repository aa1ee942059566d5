/**
 * What all stages read: packages, physical copies, who intends to read them, and how they were verified. Every method
 * takes the transaction it works in.
 */
package chasqui.catalogue;
