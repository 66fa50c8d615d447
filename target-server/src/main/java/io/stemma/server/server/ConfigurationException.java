package io.stemma.server.server;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Everything that is wrong with a configuration, at once. */
final class ConfigurationException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final Comparator<Fault> BY_LINE =
            Comparator.comparingInt(fault -> fault.origin().line());
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

    /** From faults in any order; they are told in the order of their lines. */
    ConfigurationException(List<Fault> faults) {
        super(
                faults.stream()
                        .sorted(BY_LINE)
                        .map(Fault::toString)
                        .collect(Collectors.joining("\n")));
        this.faults = faults.stream().sorted(BY_LINE).toList();
    }

    List<Fault> faults() {
        return faults;
    }
}
