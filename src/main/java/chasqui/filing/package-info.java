/**
 * Stage 0, filing: real files of an instrument become registered raw data files.
 *
 * <p>In: files below a SOURCE location, an instrument, an observation. Out: one {@code raw_data_file} and one PRESENT
 * {@code physical_copy} per file, written together. Guarantee: every byte was read once and its digests registered;
 * filing the same again changes nothing and gives the same UUID; what cannot be registered is named with its remedy, and
 * the others go on. Tables: {@code executed_observation_unit}, {@code raw_data_file}, {@code physical_copy}, {@code
 * filing_rejection}. Route file: {@code 0-filing.camel.yaml}.
 *
 * <p>Two ways in: a folder is filed by a command ({@link chasqui.filing.Filing}) straight into the database; requests of
 * instruments go through a journal on the disk of the machine ({@link chasqui.filing.FilingDesk}) and are answered
 * whether there is a database or not.
 */
package chasqui.filing;
