/**
 * Login, discovery and text exchanges: who an initiator is, whether it may enter, what both sides
 * agree on. Leaves sessions to {@code iscsi.session} and their commands to {@code iscsi.task}. On
 * the connection's event loop. Document: RFC 7143, clauses 6, 12 and 13, and appendix C.
 */
@NullMarked
package io.stemma.server.iscsi.login;

import org.jspecify.annotations.NullMarked;
