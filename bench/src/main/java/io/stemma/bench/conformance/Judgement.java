package io.stemma.bench.conformance;

/**
 * What a test came to.
 *
 * @param result the verdict
 * @param why the tool's own words, empty where it passed
 */
public record Judgement(Result result, String why) {}
