/**
 * Stage 5: stores packages in the long-term archives, reads them back, and puts a document beside each that describes it.
 *
 * <p>In: raw data packages PRESENT at a buffer of an archive site, or brought straight to an archive by a data transfer,
 * which is COMPLETED here. Out: a PRESENT copy in each of the site's archives,
 * its SHA-256 read back from there; the package ARCHIVED at its first. Guarantee: nothing in an archive is ever
 * replaced; a registered copy has its sidecar beside it. Tables: {@code long_term_archive_transfer},
 * {@code physical_copy}, {@code verification}, uses. Routes: {@code routes/5-archive.camel.yaml}. Formats:
 * {@code docs/formats.md}.
 */
package chasqui.archive;
