/**
 * Text keys and their negotiation, bytes in and bytes out. Leaves states to {@code iscsi.login}. No
 * thread of its own. Document: RFC 7143, clauses 6 and 13.
 */
@NullMarked
package io.stemma.server.iscsi.text;

import org.jspecify.annotations.NullMarked;
