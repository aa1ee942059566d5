/**
 * What one machine needs when nothing else is configured: the home folder, a PostgreSQL and an S3 store inside it.
 *
 * <p>{@link chasqui.embedded.Home} is the one folder that everything local lies under, and it belongs to one process at
 * a time. {@link chasqui.embedded.EmbeddedDatabase} and {@link chasqui.embedded.EmbeddedObjectStore} are started from a
 * home, listen on loopback only, ask for generated secrets from their first second, and survive restarts and the death
 * of this process without losing what they acknowledged. Clients that only look use {@link chasqui.embedded.HomeFolders}.
 */
package chasqui.embedded;
