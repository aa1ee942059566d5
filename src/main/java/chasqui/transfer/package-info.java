/**
 * Stage 3: sends transfer packages to the buffers of other sites, the primary first, then from its destination the
 * secondaries; and packages by themselves, straight into the archives of other sites.
 *
 * <p>In: data transfers that wait for nothing and were not sent. Out: the bytes under the destination's
 * {@code .chasqui/incoming}, or in a bucket, and {@code sent_at}; stage 4, or stage 5 for what lies in an archive, proves
 * them before the transfer is COMPLETED. Guarantee: no half file ever has its incoming name, and nothing is sent that
 * differs from the registered digest. Where a transfer goes next is decided when it begins to, by where a readable copy
 * is, and when that is by what its link carries ({@code Admission}); between the stages, and between the hops over a relay, the transfer is PENDING. Tables: {@code data_transfer},
 * uses; views {@code way}, {@code cargo}. Routes: {@code routes/3-transfer.camel.yaml}, and one per method in {@code
 * routes/transfer-methods.camel.yaml}.
 */
package chasqui.transfer;
