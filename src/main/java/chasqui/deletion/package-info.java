/**
 * Stage 7: removes copies that are proven to be needed no longer. The default is no.
 *
 * <p>In: copies at sources, buffers and places of processing. Out: DELETED copies, and for each the proof that allowed
 * it. Raw data files become DELETION_POSSIBLE when the buffer of their site has given up their package.
 *
 * <p>Guarantee: nothing goes without a proof made in the very transaction that claims the deletion, from copies locked
 * against change; what is unlinked is what the proof named, by device, inode, size and time. The proofs ask for recent
 * verifications and never make one: they and {@code chasqui.verification} meet in the newest row of {@code
 * verification} for an archived copy. Verification reads what has not been read for longest, so that a deletion that
 * waits for a fresher look gets it by itself.
 *
 * <p>Tables: {@code deletion_batch}, {@code deletion_evidence}, {@code physical_copy}. Routes: {@code
 * routes/7-deletion.camel.yaml}.
 */
package chasqui.deletion;
