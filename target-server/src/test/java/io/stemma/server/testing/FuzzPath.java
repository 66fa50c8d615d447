package io.stemma.server.testing;

/**
 * A part of the server that hostile input reaches, for {@link Fuzz}. One object a thread. Inputs of
 * a batch may build on one another; batches may not.
 */
public interface FuzzPath extends AutoCloseable {
    /** Forgets everything that earlier inputs left behind. */
    void begin();

    /** Makes one input and feeds it; throws whatever shows a fault of ours. */
    void input(FuzzRandom random);

    /** The last input of a batch was fed: checks what must hold at the end. */
    default void end() {}

    /** How many inputs got past the first checks, so that a blunt generator is noticed. */
    long deep();

    @Override
    default void close() {}
}
