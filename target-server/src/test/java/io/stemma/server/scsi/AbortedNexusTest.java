package io.stemma.server.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Aborting the tasks of nexuses that abort others themselves, or that have lost their way here. */
class AbortedNexusTest {
    private final Host host = new Host();
    private final TestNexus a = host.nexus;
    private final TestNexus b = new TestNexus("iqn.2026-11.example:other,i,0x000000000002");
    private final TargetDevice second = new TargetDevice(Host.TARGET + "2", 7);
    private final TestNexus far = new TestNexus("iqn.2026-11.example:far,i,0x000000000003", second);
    private int told;

    @BeforeEach
    void attach() {
        second.map(3, host.unit, false);
        host.device.attach(b);
        second.attach(far);
    }

    private TestTask out(TestNexus from, int action, int type, long key, long service) {
        byte[] list = new byte[24];
        BigEndian.put64(list, 0, key);
        BigEndian.put64(list, 8, service);
        TestTask task = new TestTask();
        from.tasks.add(task);
        byte[] cdb = Host.bytes(String.format("5f %02x %02x 00 00 00000018 00", action, type));
        task.begin(from, cdb, list);
        host.device.execute(ReportLuns.address(0), task);
        return task;
    }

    @Test
    void twoThatPreemptAndAbortEachOtherDoNotWaitForEachOther() {
        out(a, 0, 0, 0, 0xaa);
        out(b, 0, 0, 0, 0xbb);
        a.tasks.clear();
        b.tasks.clear();
        a.idle = false;
        b.idle = false;
        TestTask first = out(a, 5, 3, 0xaa, 0xbb);
        // Sent before the first one's abort has come to the other's event loop.
        assertThat(out(b, 6, 0, 0, 0xbb).outcome()).isEqualTo("6/2a05");
        assertThat(out(b, 6, 0, 0, 0xbb).outcome()).isEqualTo("GOOD");
        assertThat(first.outcome()).isEqualTo("unfinished");
        TestTask second = out(b, 5, 3, 0xbb, 0xaa);
        assertThat(first.aborted()).isTrue();
        assertThat(first.finished).as("it holds no storage").isEqualTo(1);
        assertThat(second.outcome()).isEqualTo("unfinished");
        a.aborts.getFirst().run();
        assertThat(second.outcome()).isEqualTo("GOOD");
        b.aborts.getFirst().run();
        assertThat(first.finished).isEqualTo(1);
    }

    @Test
    void aResetWaitsForTasksThatCameByAWayThatIsGone() {
        far.idle = false;
        second.unmap(3, () -> told++);
        host.unit.reset(a, () -> told += 10);
        assertThat(far.aborts).hasSize(2);
        assertThat(told).isZero();
        assertThat(host.unit.attentions().nexuses()).contains(far);
        far.aborts.forEach(Runnable::run);
        assertThat(told).isEqualTo(11);
        assertThat(host.unit.attentions().nexuses()).doesNotContain(far);
    }

    @Test
    void aUnitStaysWhileTasksAreLeftAndServesTheNextWay() {
        a.idle = false;
        second.unmap(3);
        host.device.unmap(0);
        assertThat(host.unit.unreachable()).isFalse();
        host.device.map(0, host.unit, false);
        a.aborts.forEach(Runnable::run);
        assertThat(host.unit.attentions().nexuses()).contains(a);
        a.idle = true;
        host.device.unmap(0);
        assertThat(host.unit.unreachable()).isTrue();
    }
}
