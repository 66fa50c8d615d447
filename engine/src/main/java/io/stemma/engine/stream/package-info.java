/**
 * Snapshots as streams of bytes, whole or as what changed since another one: export, import and the
 * format between them. Leaves files, sockets and people to the server, and what a snapshot is to
 * {@code volume}. A control thread a stream, which may wait. Document: docs/stream-format.md.
 */
@NullMarked
package io.stemma.engine.stream;

import org.jspecify.annotations.NullMarked;
