package io.stemma.server.iscsi.text;

/** RFC 7143, 13.1: what protects a header or a data segment. */
public enum DigestType {
    /** Nothing. */
    NONE,
    /** CRC32C. */
    CRC32C
}
