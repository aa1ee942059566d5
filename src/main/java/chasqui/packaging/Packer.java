package chasqui.packaging;

/**
 * Who packs.
 *
 * @param node name of this process among the nodes
 * @param software name and version of this program, for the manifest
 */
public record Packer(String node, String software) {}
