package io.stemma.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.PresenceMap;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Three layers over each other, with contents: what the uppermost reads never changes by a move,
 * wherever it stops. The contents follow the states as an engine that copies blocks would do it.
 */
class LayerMovesTest {
    private static final long SEED = Long.getLong("stemma.seed", 1);
    private static final int ROUNDS = 3_000;

    /** A layer with what its file holds: 0 stands for rubbish. */
    private static final class Filled {
        final PresenceMap map;
        int[] file;
        int visible;

        Filled(Random random, int name, int seenMax) {
            int blocks = 1 + random.nextInt(40);
            map = new PresenceMap(blocks);
            file = new int[64];
            visible = random.nextInt(Math.min(blocks, seenMax) + 1);
            for (int i = 0; i < blocks; i++) {
                BlockState state = BlockState.ofBits(random.nextInt(3));
                map.set(i, 1, state);
                file[i] = state == BlockState.DATA ? name * 1000 + i : 0;
            }
        }

        BlockState state(int block) {
            return block < map.blockCount() ? map.get(block) : BlockState.ABSENT;
        }
    }

    private final Random random = new Random();
    private Filled ground = new Filled(random, 1, 0);
    private Filled parent = new Filled(random, 2, 0);
    private Filled child = new Filled(random, 3, 0);

    private void newLayers(long seed) {
        random.setSeed(seed);
        ground = new Filled(random, 1, 0);
        parent = new Filled(random, 2, (int) ground.map.blockCount());
        child = new Filled(random, 3, (int) parent.map.blockCount());
    }

    /** What a layer reads: the name of a content, -1 for zeroes. */
    private static int read(int block, List<Filled> layers) {
        for (Filled layer : layers) {
            BlockState state = layer.state(block);
            if (state != BlockState.ABSENT) {
                return state == BlockState.DATA ? layer.file[block] : -1;
            }
            if (block >= layer.visible) {
                return -1;
            }
        }
        return -1;
    }

    private List<Integer> view(Filled... layers) {
        List<Integer> view = new ArrayList<>();
        for (int block = 0; block < layers[0].map.blockCount(); block++) {
            view.add(read(block, List.of(layers)));
        }
        return view;
    }

    private void eachSeed(Consumer<Long> round) {
        for (long seed = SEED; seed < SEED + ROUNDS; seed++) {
            newLayers(seed);
            round.accept(seed);
        }
    }

    @Test
    void whatTheChildReadsStaysWhileItTakesItsParentIn() {
        eachSeed(
                seed -> {
                    List<Integer> before = view(child, parent, ground);
                    int all = (int) child.map.blockCount();
                    for (int part = 0; part < 3; part++) {
                        intoChild(random.nextInt(all + 1), random.nextInt(all + 1));
                        assertThat(view(child, parent, ground))
                                .as("seed %d", seed)
                                .isEqualTo(before);
                    }
                    intoChild(0, Integer.MAX_VALUE);
                    child.visible = Math.min(child.visible, parent.visible);
                    assertThat(view(child, ground)).as("seed %d closed", seed).isEqualTo(before);
                });
    }

    private void intoChild(int first, int count) {
        PresenceMap held = child.map.copy();
        LayerMoves.intoChild(parent.map, child.map, child.visible, first, count);
        for (int i = 0; i < held.blockCount(); i++) {
            if (held.get(i) != child.state(i)) {
                assertThat(held.get(i)).isEqualTo(BlockState.ABSENT);
                assertThat(i).isBetween(first, first + count - 1);
                child.file[i] = parent.file[i];
            }
        }
    }

    @Test
    void whatTheChildReadsStaysWhileItGoesIntoItsParent() {
        eachSeed(
                seed -> {
                    List<Integer> before = view(child, parent, ground);
                    int all = (int) child.map.blockCount();
                    for (int part = 0; part < 3; part++) {
                        intoParent(random.nextInt(all + 1), random.nextInt(all + 1));
                        assertThat(view(child, parent, ground))
                                .as("seed %d", seed)
                                .isEqualTo(before);
                    }
                    intoParent(0, all);
                    parent.visible = Math.min(child.visible, parent.visible);
                    parent.map.resize(all);
                    assertThat(view(parent, ground)).as("seed %d closed", seed).isEqualTo(before);
                });
    }

    /** Readers that look at the maps between the parent's change and the child's read the same. */
    private void intoParent(int first, int count) {
        PresenceMap heldByChild = child.map.copy();
        LayerMoves.intoParent(parent.map, parent.visible, child.map, child.visible, first, count);
        for (int i = first; i < Math.min(first + count, heldByChild.blockCount()); i++) {
            if (heldByChild.get(i) == BlockState.DATA) {
                parent.file[i] = child.file[i];
            }
            if (i < child.visible) {
                assertThat(child.state(i)).isEqualTo(BlockState.ABSENT);
                child.file[i] = 0;
            }
        }
        assertThat(parent.map.blockCount()).isGreaterThanOrEqualTo(child.map.blockCount());
    }

    @Test
    void aMergeMayTurnRoundInTheMiddle() {
        eachSeed(
                seed -> {
                    List<Integer> before = view(child, parent, ground);
                    int all = (int) child.map.blockCount();
                    intoParent(0, random.nextInt(all + 1));
                    trim(0, random.nextInt(all + 1));
                    intoChild(0, random.nextInt(all + 1));
                    intoParent(0, random.nextInt(all + 1));
                    intoChild(0, all);
                    child.visible = Math.min(child.visible, parent.visible);
                    assertThat(view(child, ground)).as("seed %d", seed).isEqualTo(before);
                });
    }

    private void trim(int first, int count) {
        LayerMoves.trim(parent.map, child.map, child.visible, first, count);
        for (int i = 0; i < parent.map.blockCount(); i++) {
            boolean trimmed =
                    i >= first
                            && i < first + count
                            && (i >= child.visible || child.state(i) != BlockState.ABSENT);
            if (trimmed) {
                assertThat(parent.state(i)).isEqualTo(BlockState.ABSENT);
                parent.file[i] = 0;
            }
        }
    }

    @Test
    void aTrimmedParentIsReadByNobody() {
        eachSeed(
                seed -> {
                    List<Integer> before = view(child, parent, ground);
                    trim(random.nextInt(40), random.nextInt(40));
                    assertThat(view(child, parent, ground)).as("seed %d", seed).isEqualTo(before);
                });
    }

    @Test
    void aHydratedLayerNeedsNothingBelow() {
        eachSeed(
                seed -> {
                    List<Integer> before = view(child, parent, ground);
                    hydrate(random.nextInt(40), random.nextInt(40));
                    assertThat(view(child, parent, ground)).as("seed %d", seed).isEqualTo(before);
                    hydrate(0, 64);
                    child.visible = 0;
                    assertThat(view(child)).as("seed %d cut", seed).isEqualTo(before);
                });
    }

    private void hydrate(int first, int count) {
        PresenceMap held = child.map.copy();
        List<LayerMoves.Seen> below =
                List.of(
                        new LayerMoves.Seen(parent.map, child.visible),
                        new LayerMoves.Seen(ground.map, parent.visible));
        LayerMoves.hydrate(child.map, below, first, count);
        for (int i = 0; i < held.blockCount(); i++) {
            if (held.get(i) != child.state(i)) {
                assertThat(i).isBetween(first, first + count - 1);
                boolean near = parent.state(i) == BlockState.DATA;
                child.file[i] = near ? parent.file[i] : ground.file[i];
            }
        }
    }

    @Test
    void aRangeThatNoLayerCanHaveIsDamage() {
        assertThatThrownBy(() -> LayerMoves.trim(parent.map, child.map, 0, -1, 5))
                .isInstanceOf(JournalDamage.class);
        assertThatThrownBy(() -> LayerMoves.intoChild(parent.map, child.map, 1, 0, -5))
                .isInstanceOf(JournalDamage.class);
        LayerMoves.hydrate(child.map, List.of(), Long.MAX_VALUE, Long.MAX_VALUE);
    }
}
