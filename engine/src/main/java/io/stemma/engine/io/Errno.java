package io.stemma.engine.io;

/** The numbers of Linux for why a call failed, and their words. */
final class Errno {
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int EAGAIN = 11;
    static final int EEXIST = 17;
    static final int ENOSPC = 28;
    static final int EOPNOTSUPP = 95;

    private Errno() {}

    static FileException.Reason reason(int errno) {
        return switch (errno) {
            case 27, ENOSPC, 122 -> FileException.Reason.NO_SPACE;
            case EIO, 6, 19, 61, 84, 117, 121 -> FileException.Reason.MEDIUM;
            case 22, 38, EOPNOTSUPP -> FileException.Reason.UNSUPPORTED;
            default -> FileException.Reason.OTHER;
        };
    }

    static String words(int errno) {
        return switch (errno) {
            case 1 -> "operation not permitted (EPERM)";
            case 2 -> "no such file or folder (ENOENT)";
            case EIO -> "input/output error (EIO)";
            case 9 -> "the file is closed (EBADF)";
            case 12 -> "out of memory (ENOMEM)";
            case 13 -> "permission denied (EACCES)";
            case 14 -> "bad memory address (EFAULT)";
            case EEXIST -> "it exists already (EEXIST)";
            case 20 -> "not a folder (ENOTDIR)";
            case 22 -> "invalid argument (EINVAL)";
            case 24 -> "too many open files (EMFILE)";
            case 27 -> "larger than the file system allows (EFBIG)";
            case ENOSPC -> "no space left on the device (ENOSPC)";
            case 30 -> "the file system is read-only (EROFS)";
            case EOPNOTSUPP -> "not supported by the file system (EOPNOTSUPP)";
            case 122 -> "disk quota exceeded (EDQUOT)";
            default -> "error " + errno;
        };
    }
}
