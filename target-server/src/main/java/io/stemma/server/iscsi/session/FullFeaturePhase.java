package io.stemma.server.iscsi.session;

/** Makes what handles the PDUs of a session once login is over; the room of tasks provides it. */
@FunctionalInterface
public interface FullFeaturePhase {
    /**
     * A session begins on its connection's event loop.
     *
     * @return the handler; it calls {@link Session#ended} once its connection is closed and none of
     *     its tasks remains
     */
    PhaseHandler begin(Session session, DataConnection connection);
}
