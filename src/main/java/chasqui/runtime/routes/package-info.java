/**
 * The route files: read as one folder, checked aside, and put into the place of those that run. Nothing here knows what a
 * route is for.
 */
package chasqui.runtime.routes;
