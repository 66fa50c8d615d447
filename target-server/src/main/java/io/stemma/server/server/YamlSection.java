package io.stemma.server.server;

import io.stemma.engine.runtime.ByteSize;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One mapping of a YAML document, read key by key. Every fault is collected with its line; {@link
 * #end} reports the keys that nobody asked for. One thread.
 */
final class YamlSection {
    private final String file;
    private final String what;
    private final Origin origin;
    private final List<ConfigurationException.Fault> faults;
    private final Map<String, Node> entries = new LinkedHashMap<>();
    private final Map<String, Origin> origins = new LinkedHashMap<>();
    private final List<String> known = new ArrayList<>();

    YamlSection(String file, String what, Node node, List<ConfigurationException.Fault> faults) {
        this.file = file;
        this.what = what;
        this.origin = origin(file, node);
        this.faults = faults;
        if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(this::take);
        } else {
            fault(origin, what + " must be a mapping of keys to values");
        }
    }

    private void take(NodeTuple tuple) {
        Origin where = origin(file, tuple.getKeyNode());
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
            fault(where, "a key must be a word");
        } else if (entries.put(key.getValue(), tuple.getValueNode()) != null) {
            fault(where, "\"" + key.getValue() + "\" is written twice; keep one");
        } else {
            origins.put(key.getValue(), where);
        }
    }

    static Origin origin(String file, Node node) {
        return new Origin(file, node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0));
    }

    Origin origin() {
        return origin;
    }

    /** Where a key was written, or the section where it was not. */
    Origin origin(String key) {
        return origins.getOrDefault(key, origin);
    }

    void fault(Origin where, String message) {
        faults.add(new ConfigurationException.Fault(where, message));
    }

    boolean has(String key) {
        return entries.containsKey(key);
    }

    /** A word, or {@code otherwise} if it is not written. */
    @Nullable String text(String key, @Nullable String otherwise) {
        known.add(key);
        Node node = entries.get(key);
        if (node == null) {
            return otherwise;
        }
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        fault(origin(key), "\"" + key + "\" of " + what + " must be one value");
        return otherwise;
    }

    /** A word that must be written; an empty word after a fault. */
    String required(String key, String example) {
        String value = text(key, null);
        if (value == null || value.isEmpty()) {
            if (!has(key) || value != null) {
                fault(origin(key), what + " needs \"" + key + "\"; write " + key + ": " + example);
            }
            return "";
        }
        return value;
    }

    /** true or false. */
    boolean flag(String key, boolean otherwise) {
        String value = text(key, null);
        if (value == null) {
            return otherwise;
        }
        if (!value.equals("true") && !value.equals("false")) {
            fault(origin(key), "\"" + key + "\" is \"" + value + "\"; write true or false");
        }
        return value.equals("true");
    }

    /** A whole number within bounds. */
    int number(String key, int otherwise, int least, int most) {
        String value = text(key, null);
        if (value == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // Reported below with the same words as a number out of bounds.
        }
        fault(
                origin(key),
                "\""
                        + key
                        + "\" is \""
                        + value
                        + "\"; write a number from "
                        + least
                        + " to "
                        + most);
        return otherwise;
    }

    /** A size in bytes, 0 or more. */
    long bytes(String key, long otherwise) {
        String value = text(key, null);
        if (value == null) {
            return otherwise;
        }
        try {
            return ByteSize.parse(value);
        } catch (IllegalArgumentException notASize) {
            fault(origin(key), Addresses.message(notASize));
            return otherwise;
        }
    }

    /** The elements of a list; a single value counts as a list of one. */
    List<Node> list(String key) {
        known.add(key);
        Node node = entries.get(key);
        if (node == null) {
            return List.of();
        }
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue();
        }
        return List.of(node);
    }

    /** A list of words with their lines. */
    Map<String, Origin> words(String key) {
        Map<String, Origin> words = new LinkedHashMap<>();
        for (Node node : list(key)) {
            if (node instanceof ScalarNode scalar) {
                words.put(scalar.getValue(), origin(file, node));
            } else {
                fault(
                        origin(file, node),
                        "\"" + key + "\" of " + what + " must be a list of words");
            }
        }
        return words;
    }

    /** A list of mappings. */
    List<YamlSection> sections(String key, String elementWhat) {
        return list(key).stream()
                .map(node -> new YamlSection(file, elementWhat, node, faults))
                .toList();
    }

    /** A mapping, or null if it is not written. */
    @Nullable YamlSection section(String key) {
        known.add(key);
        Node node = entries.get(key);
        return node == null ? null : new YamlSection(file, "\"" + key + "\"", node, faults);
    }

    /** Reports every key that was not asked for. */
    void end() {
        for (String key : entries.keySet()) {
            if (!known.contains(key)) {
                fault(
                        origin(key),
                        "\""
                                + key
                                + "\" is not known in "
                                + what
                                + "; known are "
                                + String.join(", ", known));
            }
        }
    }
}
