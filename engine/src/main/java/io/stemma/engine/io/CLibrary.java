package io.stemma.engine.io;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The calls of the C library that files need, on 64-bit Linux. Pointers travel as plain numbers, so
 * that no call creates an object; a result of -1 leaves the reason in {@link #errno()} of the
 * calling thread. Nothing here retries or judges: {@link HostFile} does.
 */
final class CLibrary {
    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0x40;
    static final int O_EXCL = 0x80;
    static final int O_CLOEXEC = 0x80000;

    static final int RWF_DSYNC = 2;
    static final int RWF_NOWAIT = 8;

    static final int SYNC_FILE_RANGE_WRITE = 2;
    static final int POSIX_FADV_DONTNEED = 4;
    static final int PUNCH_HOLE_KEEP_SIZE = 3;
    static final int LOCK_EXCLUSIVE_NOW = 6;
    static final long TMPFS_MAGIC = 0x01021994L;

    private static final int STATX_BUFFER_BYTES = 256;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_MNT_ID = 0x1000;
    private static final int STATX_MNT_ID_UNIQUE = 0x4000;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO_FIELD =
            Linker.Option.captureStateLayout()
                    .varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<CallState> STATE = ThreadLocal.withInitial(CallState::new);

    private static final MethodHandle OPEN =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("open"),
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT),
                    ERRNO,
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE = of("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle FLOCK = of("flock", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle FSYNC = of("fsync", JAVA_INT, JAVA_INT);
    private static final MethodHandle FDATASYNC = of("fdatasync", JAVA_INT, JAVA_INT);
    private static final MethodHandle FTRUNCATE = of("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle FSTATFS = of("fstatfs", JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle STATX =
            of("statx", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle FALLOCATE =
            of("fallocate", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SYNC_FILE_RANGE =
            of("sync_file_range", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle POSIX_FADVISE =
            of("posix_fadvise", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle PREAD =
            of("pread", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle PWRITE =
            of("pwrite", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle PREADV2 =
            of("preadv2", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle PWRITEV2 =
            of("pwritev2", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);

    private CLibrary() {}

    /** What one thread needs for its calls, made once: where errno goes, and one struct iovec. */
    private static final class CallState {
        final MemorySegment errno = Arena.ofAuto().allocate(Linker.Option.captureStateLayout());
        final MemorySegment vector = Arena.ofAuto().allocate(16, 8);
    }

    /** What statx tells of a file. */
    record Status(long sizeBytes, long allocatedBytes, long deviceId, long mountId) {}

    /** What fstatfs tells of a file system. */
    record FileSystem(long type, long capacityBytes, long availableBytes, long id) {}

    private static MethodHandle of(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, arguments),
                ERRNO);
    }

    /** The reason of this thread's last failed call. */
    static int errno() {
        return (int) ERRNO_FIELD.get(STATE.get().errno, 0L);
    }

    static int open(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            long text = arena.allocateFrom(path).address();
            return (int) OPEN.invokeExact(STATE.get().errno, text, flags | O_CLOEXEC, mode);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int close(int descriptor) {
        try {
            return (int) CLOSE.invokeExact(STATE.get().errno, descriptor);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int flock(int descriptor, int operation) {
        try {
            return (int) FLOCK.invokeExact(STATE.get().errno, descriptor, operation);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int fsync(int descriptor) {
        try {
            return (int) FSYNC.invokeExact(STATE.get().errno, descriptor);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int fdatasync(int descriptor) {
        try {
            return (int) FDATASYNC.invokeExact(STATE.get().errno, descriptor);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int ftruncate(int descriptor, long size) {
        try {
            return (int) FTRUNCATE.invokeExact(STATE.get().errno, descriptor, size);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int fallocate(int descriptor, int mode, long offset, long length) {
        try {
            return (int) FALLOCATE.invokeExact(STATE.get().errno, descriptor, mode, offset, length);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int syncFileRange(int descriptor, long offset, long length, int flags) {
        try {
            return (int)
                    SYNC_FILE_RANGE.invokeExact(
                            STATE.get().errno, descriptor, offset, length, flags);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** The one call here that returns the reason itself, 0 for none, and leaves errno alone. */
    static int posixFadvise(int descriptor, long offset, long length, int advice) {
        try {
            return (int)
                    POSIX_FADVISE.invokeExact(
                            STATE.get().errno, descriptor, offset, length, advice);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long pread(int descriptor, long address, long length, long offset) {
        try {
            return (long) PREAD.invokeExact(STATE.get().errno, descriptor, address, length, offset);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long pwrite(int descriptor, long address, long length, long offset) {
        try {
            return (long)
                    PWRITE.invokeExact(STATE.get().errno, descriptor, address, length, offset);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long preadv2(int descriptor, long address, long length, long offset, int flags) {
        CallState state = STATE.get();
        long vector = vector(state, address, length);
        try {
            return (long) PREADV2.invokeExact(state.errno, descriptor, vector, 1, offset, flags);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long pwritev2(int descriptor, long address, long length, long offset, int flags) {
        CallState state = STATE.get();
        long vector = vector(state, address, length);
        try {
            return (long) PWRITEV2.invokeExact(state.errno, descriptor, vector, 1, offset, flags);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static long vector(CallState state, long address, long length) {
        state.vector.set(JAVA_LONG, 0, address);
        state.vector.set(JAVA_LONG, 8, length);
        return state.vector.address();
    }

    /** Size, space, device and mount of an open file; null if the call failed. */
    static @Nullable Status status(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(STATX_BUFFER_BYTES, 8);
            long empty = arena.allocateFrom("").address();
            int mask = STATX_BASIC_STATS | STATX_MNT_ID | STATX_MNT_ID_UNIQUE;
            int result =
                    (int)
                            STATX.invokeExact(
                                    STATE.get().errno,
                                    descriptor,
                                    empty,
                                    AT_EMPTY_PATH,
                                    mask,
                                    out.address());
            if (result != 0) {
                return null;
            }
            long major = out.get(JAVA_INT, 136);
            long minor = out.get(JAVA_INT, 140);
            return new Status(
                    out.get(JAVA_LONG, 40),
                    out.get(JAVA_LONG, 48) * 512,
                    major << 32 | minor,
                    out.get(JAVA_LONG, 144));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** The file system an open file lies on; null if the call failed. */
    static @Nullable FileSystem fileSystem(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(256, 8);
            int result = (int) FSTATFS.invokeExact(STATE.get().errno, descriptor, out.address());
            if (result != 0) {
                return null;
            }
            long blockBytes = out.get(JAVA_LONG, 8);
            long available = out.get(JAVA_LONG, 32);
            long used = out.get(JAVA_LONG, 16) - out.get(JAVA_LONG, 24);
            return new FileSystem(
                    out.get(JAVA_LONG, 0),
                    (used + available) * blockBytes,
                    available * blockBytes,
                    out.get(JAVA_LONG, 56));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static IllegalStateException unexpected(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("a call into the C library did not happen", cause);
    }
}
