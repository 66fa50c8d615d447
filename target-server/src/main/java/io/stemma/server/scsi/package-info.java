/**
 * SCSI target device, logical units, commands, sense. Leaves bytes on the wire to the transport and
 * storage to {@code engine.volume}. Commands start on the transport's event loop and may end on any
 * thread. Documents: SAM-5, SPC-5, SBC-4.
 */
@NullMarked
package io.stemma.server.scsi;

import org.jspecify.annotations.NullMarked;
