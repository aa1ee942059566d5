/**
 * Stage 6: brings archived packages to where they are processed.
 *
 * <p>In: staging jobs, and archived packages with a copy that is present, verified and readable. Out: the unpacked tree
 * of each package, {@code ROOT/NAME}, as a STAGED copy that is pinned until the job is released.
 *
 * <p>Guarantee: a tree appears under its name only when the whole package and every file, read back, are what was
 * registered; nothing that stood there before is replaced; no archive file is left behind.
 *
 * <p>A package that is on tape only comes back to a folder of its archive first, is staged from there, and goes from
 * there when no job needs it.
 *
 * <p>Tables: {@code staging_job}, {@code tape_recall}, {@code copy_use}, {@code physical_copy}, {@code verification}.
 * Routes: {@code routes/6-staging.camel.yaml}, {@code routes/tape-recall.camel.yaml}.
 */
package chasqui.staging;
