/**
 * The kernel: one life cycle for every unit of work. An operation is recorded, offered, claimed under a lease, and
 * completed, failed or put back; each change and what the stage adds to it are one transaction. Knows no stage and no
 * Camel.
 */
package chasqui.pipeline;
