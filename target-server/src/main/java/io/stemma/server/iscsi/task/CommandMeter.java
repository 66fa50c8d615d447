package io.stemma.server.iscsi.task;

import io.stemma.server.iscsi.session.Session;

/** Counts commands. Owned by this room, made by whoever keeps the figures. */
@FunctionalInterface
public interface CommandMeter {
    /** Counts nothing. */
    CommandMeter NONE = session -> SessionMeter.NONE;

    /** A session has begun its full feature phase. On the event loop of its connection. */
    SessionMeter open(Session session);
}
