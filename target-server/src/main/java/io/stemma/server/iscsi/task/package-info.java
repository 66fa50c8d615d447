/**
 * Full feature phase: commands, their data both ways, task management. Leaves SCSI to {@code scsi}
 * and text keys to {@code iscsi.text}. On the connection's event loop; storage may end on any
 * thread. Documents: RFC 7143, clauses 4, 11; SAM-5, clause 7.
 */
@NullMarked
package io.stemma.server.iscsi.task;

import org.jspecify.annotations.NullMarked;
