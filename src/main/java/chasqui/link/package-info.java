/**
 * Links: the ways from site to site that transfers share. What a link may carry now (its route, windows, a pause by a
 * person) and whether it answers (failures in a row, probes). A stage that sends reports here how it went; a stage that
 * chooses where to send, and people, ask here. Tables: {@code link}, view {@code link_now}.
 */
package chasqui.link;
