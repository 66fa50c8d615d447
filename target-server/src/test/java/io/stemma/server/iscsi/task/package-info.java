/** Tests of full feature phase against a device in memory. */
@NullMarked
package io.stemma.server.iscsi.task;

import org.jspecify.annotations.NullMarked;
