package io.stemma.engine.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.stemma.engine.block.BlockRange;
import io.stemma.engine.block.DeviceFault;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Who waits for whom, on one thread. */
class RangeLocksTest {
    private SimulatedVolumeRig rig;
    private final List<String> granted = new ArrayList<>();

    private final class Named extends RangeLock {
        private final String name;

        Named(String name, long first, long count) {
            super(new BlockRange(first, count));
            this.name = name;
        }

        @Override
        protected void granted() {
            granted.add(name);
        }
    }

    @BeforeEach
    void begin() throws Exception {
        rig = new SimulatedVolumeRig(1, 1 << 20);
        rig.write(0, 2048, 1);
    }

    @Test
    void locksThatDoNotOverlapAreHeldTogether() {
        rig.volume.lockExclusive(new Named("a", 0, 10));
        rig.volume.lockExclusive(new Named("b", 10, 10));
        assertThat(granted).containsExactly("a", "b");
    }

    @Test
    void overlappingLocksAreGrantedInTheOrderTheyWereAskedFor() {
        Named a = new Named("a", 0, 10);
        Named b = new Named("b", 5, 10);
        Named c = new Named("c", 12, 10);
        rig.volume.lockExclusive(a);
        rig.volume.lockExclusive(b);
        rig.volume.lockExclusive(c);
        assertThat(granted).containsExactly("a");
        rig.volume.unlock(a);
        assertThat(granted).containsExactly("a", "b");
        rig.volume.unlock(b);
        assertThat(granted).containsExactly("a", "b", "c");
    }

    @Test
    void aLockWaitsForARequestThatWasUnderWayBefore() {
        TestRequest read = new TestRequest();
        read.read(0, 8, new io.stemma.engine.io.Memory(4096).address());
        read.on(rig.volume);
        rig.volume.lockExclusive(new Named("a", 0, 10));
        assertThat(granted).isEmpty();
        rig.threads.runAll();
        assertThat(read.done()).isTrue();
        assertThat(granted).containsExactly("a");
    }

    @Test
    void aPlainRequestWaitsAndALaterLockWaitsForIt() {
        Named a = new Named("a", 0, 10);
        rig.volume.lockExclusive(a);
        TestRequest plain = rig.writing(5, 10, 3, false).on(rig.volume);
        Named b = new Named("b", 12, 4);
        rig.volume.lockExclusive(b);
        rig.threads.runAll();
        assertThat(plain.done()).isFalse();
        assertThat(granted).containsExactly("a");
        rig.volume.unlock(a);
        assertThat(granted).containsExactly("a");
        rig.threads.runAll();
        assertThat(plain.done()).isTrue();
        assertThat(granted).containsExactly("a", "b");
    }

    @Test
    void aCancelledRequestThatWaitedIsAborted() {
        Named a = new Named("a", 0, 10);
        rig.volume.lockExclusive(a);
        TestRequest plain = rig.writing(5, 1, 3, false).on(rig.volume);
        plain.cancel();
        rig.volume.unlock(a);
        rig.threads.runAll();
        assertThat(Objects.requireNonNull(plain.fault()).kind())
                .isEqualTo(DeviceFault.Kind.ABORTED);
        assertThat(rig.read(5, 1)).containsOnly(1);
    }

    @Test
    void requestsThatWaitAreToldWhenTheVolumeGoes() throws Exception {
        rig.volume.lockExclusive(new Named("a", 0, 10));
        TestRequest plain = rig.writing(5, 1, 3, false).on(rig.volume);
        rig.backend.delete(rig.volume);
        rig.threads.runAll();
        assertThat(Objects.requireNonNull(plain.fault()).kind()).isEqualTo(DeviceFault.Kind.GONE);
    }

    @Test
    void afterTheLastLockRequestsAreFreeAgain() {
        Named a = new Named("a", 0, 10);
        rig.volume.lockExclusive(a);
        rig.volume.unlock(a);
        assertThat(rig.writing(5, 1, 3, false).on(rig.volume).done()).isTrue();
        assertThat(rig.volume.tryRead(5, 1, new io.stemma.engine.io.Memory(512).address()))
                .isTrue();
    }

    @Test
    void aRequestThatSawNoRefusalDoesNotBeginToWaitBehindIt() throws Exception {
        rig.volume.lockExclusive(new Named("a", 0, 10));
        FileVolume volume = (FileVolume) rig.volume;
        TestRequest late = rig.writing(5, 1, 3, false);
        late.accept();
        Operation operation = Operation.of(late, volume);
        volume.admission().raise(Admission.CLOSED);
        volume.admission().ranges().refuseWaiting();
        assertThat(volume.admission().ranges().pass(operation)).isEqualTo(RangeLocks.Outcome.GONE);
    }

    /** A holder that has nothing to do with its blocks any more. */
    private final class Brief extends RangeLock {
        Brief() {
            super(new BlockRange(0, 1));
        }

        @Override
        protected void granted() {
            granted.add("brief");
            rig.volume.unlock(this);
        }
    }

    @Test
    void anyNumberOfLocksThatAreGivenBackAtOnceDoNotNest() {
        Named first = new Named("first", 0, 1);
        rig.volume.lockExclusive(first);
        for (int i = 0; i < 3000; i++) {
            rig.volume.lockExclusive(new Brief());
        }
        rig.volume.unlock(first);
        assertThat(granted).hasSize(3001);
    }
}
