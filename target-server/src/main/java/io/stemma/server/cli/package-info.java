/**
 * The command line: what people type, what they read. Leaves doing it to an {@link Administration},
 * a running server over its socket or the pool itself. One short-lived thread. Document: README.md.
 */
@NullMarked
package io.stemma.server.cli;

import org.jspecify.annotations.NullMarked;
