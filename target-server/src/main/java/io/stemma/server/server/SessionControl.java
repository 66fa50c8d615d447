package io.stemma.server.server;

import java.util.List;

/** What administration needs of the sessions; without a running server there are none. */
interface SessionControl {
    /** No server runs. */
    SessionControl NONE =
            new SessionControl() {
                @Override
                public List<Row> sessions() {
                    return List.of();
                }

                @Override
                public void close(String targetName) {}
            };

    /**
     * One session, for people to read.
     *
     * @param target empty for a discovery session
     */
    record Row(int tsih, String initiator, String target, String address) {}

    /** All sessions. */
    List<Row> sessions();

    /** Ends the sessions of a target. */
    void close(String targetName);
}
