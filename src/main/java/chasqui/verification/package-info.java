/**
 * Reads archived copies again: those under suspicion, and those whose last proof is too old.
 *
 * <p>In: PRESENT and SUSPECT copies of packages in long-term archives. Out: a verification row for every reading; two
 * failing readings make a copy CORRUPT, an absent one is MISSING. Guarantee: an archive that is not there is never taken
 * for one that lost its copies, and a tape library that says so must say it several times. Tables: {@code physical_copy},
 * {@code verification}, {@code tape_absence}, uses. Routes: {@code routes/verification.camel.yaml}.
 *
 * <p>Still to come here, in {@link chasqui.verification.VerificationManager}: scrubbing within a byte budget a day, and
 * repair from another good copy.
 */
package chasqui.verification;
