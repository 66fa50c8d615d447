package io.stemma.server.iscsi.session;

import io.stemma.server.scsi.TargetDevice;

/**
 * An iSCSI target node (RFC 7143, 4.1): a name that initiators log in to. Immutable; a change makes
 * a new one, the {@link TargetDevice} with its logical units stays.
 *
 * @param name iSCSI qualified name, normalized
 * @param alias for people, may be empty
 * @param access who may log in
 * @param device what they reach
 */
public record TargetNode(String name, String alias, AccessPolicy access, TargetDevice device) {}
