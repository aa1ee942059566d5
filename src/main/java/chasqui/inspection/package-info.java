/**
 * What people ask of the database: how everything stands ({@link chasqui.inspection.StatusReader}), and the whole life
 * of one file or package ({@link chasqui.inspection.TraceReader}). Reads only, in few statements, each with a time
 * limit. The answers are records; as JSON their field names stay stable (docs/formats.md).
 */
package chasqui.inspection;
