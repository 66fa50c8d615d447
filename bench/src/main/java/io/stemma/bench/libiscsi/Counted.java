package io.stemma.bench.libiscsi;

/**
 * What a load's counted part came to.
 *
 * @param operations completed while counting
 * @param nanos of counting
 * @param p50Micros median time from submission to completion
 * @param p99Micros 99th percentile of the same
 * @param maxMicros the longest
 */
record Counted(long operations, long nanos, double p50Micros, double p99Micros, double maxMicros) {}
