/**
 * An initiator that speaks PDUs, for tests. Leaves judging to the tests. Blocks the test's own
 * thread. Document: RFC 7143.
 */
@NullMarked
package io.stemma.server.testing;

import org.jspecify.annotations.NullMarked;
