/**
 * Files and folders as the engine needs them: positional reads and writes by address, punch, sync.
 * Leaves meaning to {@code journal} and {@code layer}. Blocking; never on an event loop except
 * where a method says so. Document: docs/architecture.md.
 */
@NullMarked
package io.stemma.engine.io;

import org.jspecify.annotations.NullMarked;
