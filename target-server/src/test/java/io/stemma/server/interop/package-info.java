/**
 * Runs the real server as a process against initiators that other people wrote, and judges what
 * they see. Leaves protocol details to the unit tests of the rooms themselves. Everything runs on
 * the test's own thread; each program is a process with a limit of time. Document: RFC 7143 as
 * Linux, QEMU, libiscsi and jSCSI read it.
 */
@NullMarked
package io.stemma.server.interop;

import org.jspecify.annotations.NullMarked;
