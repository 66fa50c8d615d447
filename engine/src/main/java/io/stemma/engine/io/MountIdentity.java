package io.stemma.engine.io;

/**
 * What must be equal between two runs for the page cache of the first to be seen by the second.
 *
 * @param bootId the kernel's boot identity, 36 characters
 * @param deviceId device number of the file system
 * @param fileSystemId file system identity (statfs f_fsid)
 * @param mountId identity of the mount
 */
public record MountIdentity(String bootId, long deviceId, long fileSystemId, long mountId) {}
