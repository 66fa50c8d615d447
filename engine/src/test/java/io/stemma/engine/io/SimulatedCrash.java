package io.stemma.engine.io;

/**
 * The simulated machine or process stopped here. An Error, so that no code under test handles it.
 */
public final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1L;

    SimulatedCrash(String where) {
        super("crashed at " + where, null, false, false);
    }
}
