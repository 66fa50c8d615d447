package io.stemma.bench.libiscsi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;

/**
 * The part of libiscsi's and the C library's interface that a load needs, bound once.
 *
 * <p>Pointers cross as {@link MemorySegment} where they are rare and as {@code long} where they
 * cross once an operation, so that a steady load leaves no garbage. Handles are {@code static
 * final}: only then does the compiler fold a call into its stub.
 */
final class Libiscsi {
    static final int POLLIN = 1;
    static final int POLLERR = 8;
    static final int POLLHUP = 16;

    private static final int SESSION_NORMAL = 2;
    private static final List<String> FILES =
            List.of(
                    "libiscsi.so.7",
                    "/usr/lib/x86_64-linux-gnu/libiscsi.so.7",
                    "/usr/lib/aarch64-linux-gnu/libiscsi.so.7");

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBRARY = open();

    private static final MethodHandle CREATE = bind("iscsi_create_context", JAVA_LONG, ADDRESS);
    private static final MethodHandle SET_TARGET =
            bind("iscsi_set_targetname", JAVA_INT, JAVA_LONG, ADDRESS);
    private static final MethodHandle SET_SESSION_TYPE =
            bind("iscsi_set_session_type", JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SET_HEADER_DIGEST =
            bind("iscsi_set_header_digest", JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SET_NO_RECONNECT =
            bind("iscsi_set_noautoreconnect", null, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SET_LOG_LEVEL =
            bind("iscsi_set_log_level", null, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SET_LOG = bind("iscsi_set_log_fn", null, JAVA_LONG, ADDRESS);
    private static final MethodHandle CONNECT =
            bind("iscsi_full_connect_sync", JAVA_INT, JAVA_LONG, ADDRESS, JAVA_INT);
    private static final MethodHandle LOGOUT = bind("iscsi_logout_sync", JAVA_INT, JAVA_LONG);
    private static final MethodHandle ERROR = bind("iscsi_get_error", ADDRESS, JAVA_LONG);
    private static final MethodHandle DESCRIPTOR = bind("iscsi_get_fd", JAVA_INT, JAVA_LONG);
    private static final MethodHandle WHICH_EVENTS =
            bind("iscsi_which_events", JAVA_INT, JAVA_LONG);
    private static final MethodHandle SERVICE =
            bind("iscsi_service", JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle FREE_TASK = bind("scsi_free_scsi_task", null, JAVA_LONG);
    private static final MethodHandle READ10 =
            bind(
                    "iscsi_read10_iov_task",
                    JAVA_LONG,
                    JAVA_LONG,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_LONG,
                    JAVA_LONG,
                    JAVA_LONG,
                    JAVA_INT);
    private static final MethodHandle WRITE10 =
            bind(
                    "iscsi_write10_task",
                    JAVA_LONG,
                    JAVA_LONG,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_LONG,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_INT,
                    JAVA_LONG,
                    JAVA_LONG);
    private static final MethodHandle POLL =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().find("poll").orElseThrow(),
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

    private Libiscsi() {}

    private static SymbolLookup open() {
        IllegalArgumentException last = null;
        for (String file : FILES) {
            try {
                return SymbolLookup.libraryLookup(file, Arena.global());
            } catch (IllegalArgumentException absent) {
                last = absent;
            }
        }
        throw new IllegalStateException("no libiscsi.so.7: apt-get install libiscsi7", last);
    }

    private static MethodHandle bind(
            String name, @Nullable MemoryLayout result, MemoryLayout... arguments) {
        FunctionDescriptor shape =
                result == null
                        ? FunctionDescriptor.ofVoid(arguments)
                        : FunctionDescriptor.of(result, arguments);
        return LINKER.downcallHandle(LIBRARY.find(name).orElseThrow(), shape);
    }

    /** A pointer to {@code method} of {@code owner}, callable from C for as long as we run. */
    static long upcall(Object receiver, String method, MethodType type, MemoryLayout... arguments) {
        try {
            MethodHandle target =
                    MethodHandles.lookup()
                            .findVirtual(receiver.getClass(), method, type)
                            .bindTo(receiver);
            return LINKER.upcallStub(target, FunctionDescriptor.ofVoid(arguments), Arena.global())
                    .address();
        } catch (ReflectiveOperationException broken) {
            throw new IllegalStateException("no method " + method + " for libiscsi", broken);
        }
    }

    /**
     * Logs in to one logical unit and waits until it is ready; libiscsi eats the unit attentions.
     *
     * @param log address of a C function {@code (int level, const char *text)}
     * @return the context's address
     * @throws IllegalStateException with libiscsi's own words if the login fails
     */
    static long connect(String initiator, String portal, String target, int lun, long log) {
        try (Arena arena = Arena.ofConfined()) {
            long context = (long) CREATE.invokeExact(arena.allocateFrom(initiator));
            SET_LOG.invokeExact(context, MemorySegment.ofAddress(log));
            SET_LOG_LEVEL.invokeExact(context, 6);
            int ignored = (int) SET_TARGET.invokeExact(context, arena.allocateFrom(target));
            ignored = (int) SET_SESSION_TYPE.invokeExact(context, SESSION_NORMAL);
            ignored = (int) SET_HEADER_DIGEST.invokeExact(context, 0);
            SET_NO_RECONNECT.invokeExact(context, 1);
            int outcome = (int) CONNECT.invokeExact(context, arena.allocateFrom(portal), lun);
            SET_LOG_LEVEL.invokeExact(context, 0);
            if (outcome != 0) {
                throw new IllegalStateException(
                        "login to "
                                + portal
                                + " "
                                + target
                                + " lun "
                                + lun
                                + ": "
                                + error(context));
            }
            return context;
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static void logout(long context) {
        try {
            int ignored = (int) LOGOUT.invokeExact(context);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static String error(long context) {
        try {
            MemorySegment text = (MemorySegment) ERROR.invokeExact(context);
            return text.address() == 0 ? "no reason given" : string(text.address());
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** The C string at {@code address}, of at most 64 KiB. */
    static String string(long address) {
        return MemorySegment.ofAddress(address).reinterpret(65_536).getString(0);
    }

    static int descriptor(long context) {
        try {
            return (int) DESCRIPTOR.invokeExact(context);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static int whichEvents(long context) {
        try {
            return (int) WHICH_EVENTS.invokeExact(context);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static int service(long context, int events) {
        try {
            return (int) SERVICE.invokeExact(context, events);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static void freeTask(long task) {
        try {
            FREE_TASK.invokeExact(task);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** Queues a READ(10) into the one buffer that {@code vector} names; 0 if it was refused. */
    static long read(
            long context, int lun, int block, int bytes, long callback, long slot, long vector) {
        try {
            return (long)
                    READ10.invokeExact(
                            context, lun, block, bytes, 512, 0, 0, 0, 0, 0, callback, slot, vector,
                            1);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    /** Queues a WRITE(10) from {@code buffer}, which is read until the answer; 0 if refused. */
    static long write(
            long context, int lun, int block, long buffer, int bytes, long callback, long slot) {
        try {
            return (long)
                    WRITE10.invokeExact(
                            context, lun, block, buffer, bytes, 512, 0, 0, 0, 0, 0, callback, slot);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    static int poll(long descriptors, long count, int timeoutMillis) {
        try {
            return (int) POLL.invokeExact(descriptors, count, timeoutMillis);
        } catch (Throwable thrown) {
            throw unchecked(thrown);
        }
    }

    private static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof RuntimeException already) {
            return already;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("call into libiscsi", thrown);
    }

    /** The arguments' layouts of a completion: context, status, task, private pointer. */
    static MemoryLayout[] completionArguments() {
        return new MemoryLayout[] {JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG};
    }

    /** The arguments' layouts of a log line: level, text. */
    static MemoryLayout[] logArguments() {
        return new MemoryLayout[] {JAVA_INT, JAVA_LONG};
    }
}
