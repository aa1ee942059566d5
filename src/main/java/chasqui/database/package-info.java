/** The connection to PostgreSQL: pool, schema migration, JDBI. */
package chasqui.database;
