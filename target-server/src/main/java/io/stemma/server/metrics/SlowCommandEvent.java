package io.stemma.server.metrics;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A SCSI command that took long, and where its time went; the phases add up to its latency. */
@Name("io.stemma.SlowCommand")
@Label("Slow SCSI Command")
@Category("Stemma")
@StackTrace(false)
final class SlowCommandEvent extends Event {
    @Label("Operation")
    String operation = "";

    @Label("Target")
    String target = "";

    @Label("LUN")
    int lun;

    @Label("Initiator")
    String initiator = "";

    @Label("Initiator Task Tag")
    int tag;

    @Label("Logical Block Address")
    @Description("-1 where the command names none")
    long lba;

    @Label("Blocks")
    @Description("-1 where the command names none")
    long blocks;

    @Label("Bytes")
    @DataAmount
    long bytes;

    @Label("Status")
    int status;

    @Label("Latency")
    @Timespan
    long latency;

    @Label("Window")
    @Description("Received, but not due or without memory for its data")
    @Timespan
    long window;

    @Label("Data")
    @Description("Gathering data out")
    @Timespan
    long data;

    @Label("Queue")
    @Description("Waiting for other commands, range locks or a thread of the storage")
    @Timespan
    long queue;

    @Label("Disk")
    @Description("With the storage")
    @Timespan
    long disk;

    @Label("Send")
    @Description("From the end of the storage operation until the answer went to the socket")
    @Timespan
    long send;

    @Label("On Event Loop")
    @Description("Done by the event loop itself; queue and send are then part of disk")
    boolean onEventLoop;
}
