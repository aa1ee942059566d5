/**
 * Stage 3: sends transfer packages to the buffers of other sites, the primary first, then from its destination the
 * secondaries.
 *
 * <p>In: data transfers that wait for nothing and were not sent. Out: the bytes under the destination's
 * {@code .chasqui/incoming}, and {@code sent_at}; stage 4 proves them before the transfer is COMPLETED. Guarantee: no
 * half file ever has its incoming name, and nothing is sent that differs from the registered digest. Between the two
 * stages the transfer is PENDING again. Tables: {@code data_transfer}, uses. Routes:
 * {@code routes/3-transfer.camel.yaml}, and one per method in {@code routes/transfer-methods.camel.yaml}.
 *
 * <p>Still to come: bbcp (one more method), DIRECT and RELAY routes, sending packages from an archive when no transfer
 * package is left.
 */
package chasqui.transfer;
