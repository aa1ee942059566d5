/**
 * Sites, data locations and transfer routes: read from the database, checked before they are changed, and turned into
 * queues and Camel routes.
 */
package chasqui.topology;
