/**
 * Main, configuration, and the only wiring of all rooms. Leaves everything else to them; nobody
 * imports this one. Control threads. Documents: README.md, config/samples/stemma.yaml.
 */
@NullMarked
package io.stemma.server.server;

import org.jspecify.annotations.NullMarked;
