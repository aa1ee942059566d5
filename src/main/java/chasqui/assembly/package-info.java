/**
 * Stage 2, assembly: packages at a buffer are bundled for one journey to the archive sites.
 *
 * <p>In: completed raw data packages with a PRESENT copy at their buffer, in no transfer package. Out: a data transfer
 * package, COMPLETED, with a PRESENT copy {@code dtp/NAME.tar} at the same buffer, and all of its transfers: the primary
 * one, ready to go, and one per further archive site that waits for it; each protects the copy it starts from.
 * Guarantee: no package travels in two bundles; one package alone is not written again but gets a second name. Tables:
 * {@code data_transfer_package}, {@code data_transfer}, {@code raw_data_package}, {@code physical_copy}, {@code copy_use}.
 * Route file: {@code routes/2-assembly.camel.yaml}.
 */
package chasqui.assembly;
