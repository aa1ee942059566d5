/**
 * What happens when something goes wrong: errors are classified once, charged to an item, a location, a link or the
 * platform, and work whose worker died is put back.
 */
package chasqui.recovery;
