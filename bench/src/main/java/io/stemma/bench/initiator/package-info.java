/**
 * A small initiator of our own that batches and makes no garbage.
 *
 * <p>Drives a load; judges nobody, recovers nothing, and serves no product code.
 *
 * <p>One thread an object.
 *
 * <p>RFC 7143.
 */
@NullMarked
package io.stemma.bench.initiator;

import org.jspecify.annotations.NullMarked;
