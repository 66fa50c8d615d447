package io.stemma.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Does what an administrator asks for. Operations are named "volume.create", "lun.map" and so on;
 * what goes in and comes out is JSON, because it crosses a socket unchanged. Blocking; control
 * threads.
 */
public interface Administration extends AutoCloseable {
    /**
     * Performs one operation.
     *
     * @throws AdministrationException if it was refused or failed; the message says what to do
     */
    ObjectNode perform(String operation, ObjectNode arguments) throws AdministrationException;

    /**
     * Performs one operation that bytes belong to. An administration that has none of these does it
     * without them.
     */
    default ObjectNode perform(String operation, ObjectNode arguments, Payload payload)
            throws AdministrationException {
        return perform(operation, arguments);
    }

    @Override
    void close() throws AdministrationException;
}
