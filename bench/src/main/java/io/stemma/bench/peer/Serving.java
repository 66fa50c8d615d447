package io.stemma.bench.peer;

import io.stemma.bench.process.Child;

/**
 * A target that serves.
 *
 * @param child the process
 * @param target its iSCSI name
 * @param lun the disk's number
 */
public record Serving(Child child, String target, int lun) {}
