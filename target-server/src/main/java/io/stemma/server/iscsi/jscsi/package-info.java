/**
 * The only room that imports jSCSI: parses and builds Login, Text, Logout and NOP PDUs behind
 * guards. Leaves framing, digests and text keys to others. CPU only, on an event loop. Document:
 * RFC 7143, 11.
 */
@NullMarked
package io.stemma.server.iscsi.jscsi;

import org.jspecify.annotations.NullMarked;
