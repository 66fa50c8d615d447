/**
 * Connections, sessions, target nodes, who may enter. Leaves login to {@code iscsi.login} and
 * commands to {@code iscsi.task}. A session belongs to its connection's event loop. Document: RFC
 * 7143, clause 4.
 */
@NullMarked
package io.stemma.server.iscsi.session;

import org.jspecify.annotations.NullMarked;
