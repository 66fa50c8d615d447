package io.stemma.engine.block;

import java.io.IOException;

/** A {@link DeviceFault} where a blocking call returns. */
public final class DeviceException extends IOException {
    private static final long serialVersionUID = 1L;
    private final transient DeviceFault fault;

    /** An exception that carries {@code fault}. */
    public DeviceException(DeviceFault fault) {
        super(fault.kind() + ": " + fault.what() + " (" + fault.where() + ")", fault.cause());
        this.fault = fault;
    }

    /** What failed, where, and how far it got. */
    public DeviceFault fault() {
        return fault;
    }
}
