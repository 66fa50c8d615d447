package io.stemma.server.server;

import java.util.List;

/** Everything that is wrong with a configuration, at once. */
final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient List<Fault> faults;

    /**
     * One thing that is wrong.
     *
     * @param origin where
     * @param message what, and what to write instead
     */
    record Fault(Origin origin, String message) {
        @Override
        public String toString() {
            return origin + ": " + message;
        }
    }

    ConfigurationException(List<Fault> faults) {
        super(String.join("\n", faults.stream().map(Fault::toString).toList()));
        this.faults = List.copyOf(faults);
    }

    List<Fault> faults() {
        return faults;
    }
}
