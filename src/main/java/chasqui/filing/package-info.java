/**
 * Stage 0, filing: real files of an instrument become registered raw data files.
 *
 * <p>In: a folder below a SOURCE location, an instrument, an observation. Out: one {@code raw_data_file} and one PRESENT
 * {@code physical_copy} per file, written together. Guarantee: every byte was read once and its digests registered;
 * filing the same again changes nothing; what cannot be registered is named with its remedy, and the others go on.
 * Tables: {@code executed_observation_unit}, {@code raw_data_file}, {@code physical_copy}. No route file: files are
 * filed by a command here; other ways in (REST, a spool folder) end in the same {@link chasqui.filing.Filing}.
 */
package chasqui.filing;
