/**
 * Stage 1, packaging: raw data files of one observation and instrument module become one archive.
 *
 * <p>In: registered files at a SOURCE that are in no package. Out: a raw data package, COMPLETED and WAITING, with a
 * verified PRESENT copy {@code rdp/NAME.tar} at the site's buffer. Guarantee: the same files give the same bytes, written
 * once and read back; a file that is not what was registered is named, left out and kept on record. Tables: {@code
 * raw_data_package}, {@code raw_data_file}, {@code physical_copy}, {@code verification}. Route file: {@code
 * routes/1-packaging.camel.yaml}.
 */
package chasqui.packaging;
