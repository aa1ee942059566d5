package chasqui.topology;

/** How data travels between two sites. DIRECT and RELAY are part of the data model; this version works with CUSTOM. */
public enum RouteType {
    DIRECT,
    RELAY,
    CUSTOM
}
