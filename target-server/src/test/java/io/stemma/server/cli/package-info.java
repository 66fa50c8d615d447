/**
 * Tests of the command line. Leaves what commands do to the tests of the room {@code server}. One
 * thread. Document: docs/operations.md.
 */
@NullMarked
package io.stemma.server.cli;

import org.jspecify.annotations.NullMarked;
