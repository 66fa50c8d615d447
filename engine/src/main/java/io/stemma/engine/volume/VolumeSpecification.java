package io.stemma.engine.volume;

import io.stemma.engine.block.Geometry;

/**
 * What a new volume is to be.
 *
 * @param name 1 to {@code Limits.VOLUME_NAME_CHARS_MAX} of {@code a-z A-Z 0-9 . _ -}, unique in the
 *     backend
 * @param geometry shape; the size must be a multiple of the logical block
 * @param writeCache true: a write is acknowledged from the page cache and made durable by flush or
 *     FUA; false: every write is durable before it is acknowledged
 */
public record VolumeSpecification(String name, Geometry geometry, boolean writeCache) {}
