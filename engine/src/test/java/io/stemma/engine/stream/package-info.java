@NullMarked
package io.stemma.engine.stream;

import org.jspecify.annotations.NullMarked;
