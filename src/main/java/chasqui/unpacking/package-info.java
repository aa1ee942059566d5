/**
 * Stage 4: proves what arrived and puts the packages into place.
 *
 * <p>In: data transfers whose bytes lie under the destination's {@code .chasqui/incoming}. Out: PRESENT, verified copies
 * of every raw data package at the destination buffer; the transfer COMPLETED; after a primary, the transfer package
 * itself, from which the waiting secondaries are sent on; at a relay the transfer package alone, and the transfer PENDING
 * to be sent on from there. Guarantee: every package was read back, and every file inside compared with its checksum in
 * stream, before its final name was made; what arrived damaged is quarantined and sent again. Tables: {@code
 * data_transfer}, {@code data_transfer_hop}, {@code physical_copy}, {@code verification}, uses. Routes: {@code
 * routes/4-unpacking.camel.yaml}.
 */
package chasqui.unpacking;
