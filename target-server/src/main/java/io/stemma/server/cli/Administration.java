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

    @Override
    void close() throws AdministrationException;
}
