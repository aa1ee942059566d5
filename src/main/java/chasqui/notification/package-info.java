/** What people are told: one row per root cause, counted while it repeats. */
package chasqui.notification;
