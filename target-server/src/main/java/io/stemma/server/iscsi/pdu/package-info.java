/**
 * PDUs cut from and written to byte buffers. Leaves meaning to the rooms above. On the connection's
 * event loop only. Document: RFC 7143, clause 11.
 */
@NullMarked
package io.stemma.server.iscsi.pdu;

import org.jspecify.annotations.NullMarked;
