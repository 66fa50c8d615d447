package io.stemma.engine.stream;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** How the thread of a stream waits for requests. Tests run on it what is waited for. */
@FunctionalInterface
public interface Waiting {
    /** Sleeps; whoever completes a request wakes it. Deaf to interrupts. */
    Waiting ASLEEP =
            done -> {
                boolean interrupted = false;
                while (!done.getAsBoolean()) {
                    LockSupport.park();
                    interrupted |= Thread.interrupted();
                }
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            };

    /** Returns when {@code done} holds. */
    void until(BooleanSupplier done);
}
