/**
 * The byte path: how bytes get into packages, onto disks and back, and how they are proven to be the right ones.
 *
 * <p>Names of files are bytes, kept percent-encoded ({@link chasqui.storage.RelativePath}). Every pass over bytes
 * reads them once and yields all digests that anybody needs. Nothing here replaces an existing file, follows a
 * symbolic link that it did not make, or leaves a temporary file behind when it fails. This package knows no
 * database, no stage and no Camel.
 */
package chasqui.storage;
