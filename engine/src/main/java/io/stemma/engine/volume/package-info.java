/**
 * Volumes and the service provider interface behind them: identity, life, the path of every read
 * and write. Leaves SCSI to the server and files to {@code layer}. Control methods block and belong
 * to control threads; data methods belong to any thread. Document: docs/architecture.md.
 */
@NullMarked
package io.stemma.engine.volume;

import org.jspecify.annotations.NullMarked;
