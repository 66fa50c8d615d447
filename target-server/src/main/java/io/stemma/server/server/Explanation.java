package io.stemma.server.server;

import io.stemma.engine.block.DeviceException;
import io.stemma.engine.block.DeviceFault;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;

/** Turns what failed into a sentence for the administrator: what, where, why, what to do. */
final class Explanation {
    private Explanation() {}

    /** What failed, as a sentence without an end. */
    static String of(IOException failed) {
        return switch (failed) {
            case DeviceException device when device.fault() != null -> of(device.fault());
            case AccessDeniedException denied ->
                    denied.getFile() + ": permission denied; run as its owner";
            case NoSuchFileException missing -> missing.getFile() + " does not exist";
            case FileAlreadyExistsException exists ->
                    exists.getFile() + " exists and is not a folder";
            case NotDirectoryException file -> file.getFile() + " is not a folder";
            case FileSystemException other ->
                    other.getFile()
                            + ": "
                            + Objects.requireNonNullElse(other.getReason(), "failed");
            case CharacterCodingException encoded -> "the text is not UTF-8";
            default ->
                    Objects.requireNonNullElse(
                            failed.getMessage(), failed.getClass().getSimpleName());
        };
    }

    private static String of(DeviceFault fault) {
        String why =
                switch (fault.kind()) {
                    case SPACE_EXHAUSTED -> "no space is left; free some and try again";
                    case MEDIUM -> "the storage failed";
                    case TRANSIENT -> "it is not possible now; try again";
                    case WRITE_PROTECTED -> "it is only read";
                    case FENCED -> "another process has taken it over";
                    case GONE -> "it was deleted meanwhile";
                    case OFFLINE -> "it is offline; stemma status says why";
                    case ABORTED -> "it was cancelled";
                    case OUT_OF_RANGE -> "that lies beyond its end";
                };
        String act = fault.what() + " (" + fault.where() + ")";
        String cause = of(fault.cause());
        if (!cause.isEmpty() && fault.what().contains(cause)) {
            return act;
        }
        boolean full = fault.kind() == DeviceFault.Kind.SPACE_EXHAUSTED;
        return act + " failed: " + (cause.isEmpty() ? why : full ? cause + "; " + why : cause);
    }

    private static String of(@Nullable Throwable cause) {
        return switch (cause) {
            case null -> "";
            case IOException below -> of(below);
            default -> Objects.requireNonNullElse(cause.getMessage(), cause.toString());
        };
    }
}
