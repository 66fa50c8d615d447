/**
 * libiscsi's conformance suite against Stemma and its peers, and the page made of it.
 *
 * <p>Starts targets through {@code peer}; processes are kept by {@code process}. Runs on the main
 * thread. Follows what {@code iscsi-test-cu} of libiscsi 1.19 prints.
 */
@NullMarked
package io.stemma.bench.conformance;

import org.jspecify.annotations.NullMarked;
