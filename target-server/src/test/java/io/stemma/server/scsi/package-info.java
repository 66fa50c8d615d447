/**
 * Commands against a volume in memory, byte for byte. Leaves the wire to its own tests. One thread,
 * unless a test says otherwise. Documents: SAM-5, SPC-5, SBC-4.
 */
@NullMarked
package io.stemma.server.scsi;

import org.jspecify.annotations.NullMarked;
