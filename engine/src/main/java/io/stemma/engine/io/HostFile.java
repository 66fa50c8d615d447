package io.stemma.engine.io;

import java.io.EOFException;
import java.io.IOException;

/**
 * A file of the host's file system. Short transfers and EINTR are dealt with here and nowhere else.
 */
final class HostFile implements BlockFile {
    /** How reads that must not wait are done; found out once a file. */
    private enum NowReads {
        FLAGGED,
        PLAIN,
        NEVER
    }

    private static final int CLOSED = -1;

    private final String path;
    private final String name;
    private volatile int descriptor;
    private volatile NowReads nowReads;

    HostFile(String path, String name, int descriptor) {
        this.path = path;
        this.name = name;
        this.descriptor = descriptor;
        CLibrary.FileSystem system = CLibrary.fileSystem(descriptor);
        // tmpfs refuses RWF_NOWAIT, and its pages are in memory anyway.
        boolean memory = system != null && system.type() == CLibrary.TMPFS_MAGIC;
        nowReads = memory ? NowReads.PLAIN : NowReads.FLAGGED;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() throws IOException {
        return status().sizeBytes();
    }

    @Override
    public long allocatedBytes() throws IOException {
        return status().allocatedBytes();
    }

    private CLibrary.Status status() throws IOException {
        CLibrary.Status status = CLibrary.status(descriptor);
        if (status == null) {
            throw new FileException(path, "ask for its size", CLibrary.errno());
        }
        return status;
    }

    @Override
    public void read(long offset, long address, int length) throws IOException {
        int done = 0;
        while (done < length) {
            long got = CLibrary.pread(descriptor, address + done, length - done, offset + done);
            if (got > 0) {
                done += (int) got;
            } else if (got == 0) {
                throw new EOFException(
                        path + ": ends before byte " + (offset + length) + " that was to be read");
            } else {
                throwUnlessInterrupted("read", length - done, offset + done);
            }
        }
    }

    @Override
    public boolean readNow(long offset, long address, int length) throws IOException {
        while (true) {
            long got;
            switch (nowReads) {
                case FLAGGED ->
                        got =
                                CLibrary.preadv2(
                                        descriptor, address, length, offset, CLibrary.RWF_NOWAIT);
                case PLAIN -> got = CLibrary.pread(descriptor, address, length, offset);
                default -> {
                    return false;
                }
            }
            if (got >= 0) {
                return got == length;
            }
            int errno = CLibrary.errno();
            if (errno == Errno.EAGAIN) {
                return false;
            }
            if (errno == Errno.EOPNOTSUPP) {
                nowReads = NowReads.NEVER;
                return false;
            }
            throwUnlessInterrupted("read", length, offset);
        }
    }

    @Override
    public void write(long offset, long address, int length) throws IOException {
        int done = 0;
        while (done < length) {
            long put = CLibrary.pwrite(descriptor, address + done, length - done, offset + done);
            if (put >= 0) {
                done += (int) put;
            } else {
                throwUnlessInterrupted("write", length - done, offset + done);
            }
        }
    }

    @Override
    public void writeDurable(long offset, long address, int length) throws IOException {
        int done = 0;
        while (done < length) {
            long put =
                    CLibrary.pwritev2(
                            descriptor,
                            address + done,
                            length - done,
                            offset + done,
                            CLibrary.RWF_DSYNC);
            if (put >= 0) {
                done += (int) put;
            } else {
                throwUnlessInterrupted("durably write", length - done, offset + done);
            }
        }
    }

    @Override
    public void dataSync() throws IOException {
        // A failed sync is never tried again: the kernel may have marked the lost pages clean.
        if (CLibrary.fdatasync(descriptor) != 0) {
            throw new FileException(path, "make its data durable", CLibrary.errno());
        }
    }

    @Override
    public void dropCache() throws IOException {
        // Dirty pages would stay, so they go first.
        dataSync();
        int errno = CLibrary.posixFadvise(descriptor, 0, 0, CLibrary.POSIX_FADV_DONTNEED);
        if (errno != 0) {
            throw new FileException(path, "drop its cached pages", errno);
        }
    }

    @Override
    public void startWriteBack(long offset, long length) throws IOException {
        int flags = CLibrary.SYNC_FILE_RANGE_WRITE;
        if (CLibrary.syncFileRange(descriptor, offset, length, flags) != 0) {
            int errno = CLibrary.errno();
            if (Errno.reason(errno) != FileException.Reason.UNSUPPORTED) {
                throw failure("start write-back of", length, offset, errno);
            }
        }
    }

    @Override
    public void punchHole(long offset, long length) throws IOException {
        while (CLibrary.fallocate(descriptor, CLibrary.PUNCH_HOLE_KEEP_SIZE, offset, length) != 0) {
            throwUnlessInterrupted("punch a hole of", length, offset);
        }
    }

    @Override
    public void allocate(long offset, long length) throws IOException {
        while (CLibrary.fallocate(descriptor, 0, offset, length) != 0) {
            throwUnlessInterrupted("allocate", length, offset);
        }
    }

    @Override
    public void resize(long newSize) throws IOException {
        while (CLibrary.ftruncate(descriptor, newSize) != 0) {
            int errno = CLibrary.errno();
            if (errno != Errno.EINTR) {
                throw new FileException(path, "resize to " + newSize + " bytes", errno);
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        int open = descriptor;
        if (open == CLOSED) {
            return;
        }
        // A late call then fails with EBADF instead of reaching a file that got the same number.
        descriptor = CLOSED;
        if (CLibrary.close(open) != 0) {
            throw new FileException(path, "close", CLibrary.errno());
        }
    }

    private void throwUnlessInterrupted(String act, long length, long offset) throws IOException {
        int errno = CLibrary.errno();
        if (errno != Errno.EINTR) {
            throw failure(act, length, offset, errno);
        }
    }

    private FileException failure(String act, long length, long offset, int errno) {
        return new FileException(path, act + " " + length + " bytes at " + offset, errno);
    }
}
