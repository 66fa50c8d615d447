package io.stemma.engine.journal;

import io.stemma.engine.layer.BlockState;
import io.stemma.engine.layer.PresenceMap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a volume's map may be after a crash, told from what was asked and what was answered. A step
 * that was cut may have happened or not, and that may not show before the next crash: the model
 * follows every such world until one of them is ruled out.
 */
final class VolumeModel {
    /** One record that was tried: blocks get a state, or the volume gets a size. */
    private record Step(long first, long count, BlockState state, boolean durable, boolean size) {}

    /** Stands where a step turned out not to have happened, so that steps keep their places. */
    private static final Step NOTHING = new Step(0, 0, BlockState.ABSENT, false, false);

    private BlockState[] base;
    private List<List<Step>> worlds = new ArrayList<>();

    /** Steps that were answered; a later one may have happened or not. */
    private int answered;

    /** How many steps a barrier may cover: each of these is possible. */
    private final Set<Integer> covered = new HashSet<>(Set.of(0));

    VolumeModel(int blocks) {
        base = new BlockState[blocks];
        Arrays.fill(base, BlockState.ABSENT);
        worlds.add(new ArrayList<>());
    }

    int blocks() {
        return state(worlds.getFirst(), answered).length;
    }

    int steps() {
        return answered;
    }

    void trying(long first, long count, BlockState state, boolean durable) {
        add(new Step(first, count, state, durable, false));
    }

    void tryingSize(int blocks) {
        add(new Step(0, blocks, BlockState.ABSENT, true, true));
    }

    private void add(Step step) {
        worlds.forEach(world -> world.add(step));
    }

    void answered() {
        answered = worlds.getFirst().size();
    }

    void tryingBarrier(int upTo) {
        covered.add(upTo);
    }

    void barrierAnswered(int upTo) {
        covered.clear();
        covered.add(upTo);
    }

    /** Whether a recovered map is one of those allowed; the model goes on from what it shows. */
    boolean accepts(PresenceMap found, boolean cacheSurvived) {
        BlockState[] states = states(found);
        branch();
        List<List<Step>> possible =
                worlds.stream().filter(world -> fits(world, states, cacheSurvived)).toList();
        if (possible.isEmpty()) {
            return false;
        }
        if (cacheSurvived) {
            worlds = new ArrayList<>(possible);
        } else {
            base = states;
            worlds = new ArrayList<>(List.of(new ArrayList<>()));
            covered.clear();
            covered.add(0);
        }
        answered();
        return true;
    }

    private boolean fits(List<Step> world, BlockState[] states, boolean cacheSurvived) {
        if (cacheSurvived) {
            return Arrays.equals(states, state(world, world.size()));
        }
        return covered.stream().anyMatch(upTo -> Arrays.equals(states, state(world, upTo)));
    }

    /** The step that was cut either happened or did not. */
    private void branch() {
        int size = worlds.getFirst().size();
        if (size == answered) {
            return;
        }
        for (List<Step> world : List.copyOf(worlds)) {
            List<Step> without = new ArrayList<>(world);
            without.set(size - 1, NOTHING);
            worlds.add(without);
        }
    }

    /** The map of a world if its first steps are covered by a barrier. */
    private BlockState[] state(List<Step> world, int barrier) {
        BlockState[] map = base.clone();
        for (int i = 0; i < world.size(); i++) {
            Step step = world.get(i);
            if (step.size) {
                int before = map.length;
                map = Arrays.copyOf(map, (int) step.count);
                if (map.length > before) {
                    Arrays.fill(map, before, map.length, BlockState.ABSENT);
                }
            } else if (i < barrier || step.durable) {
                int end = (int) Math.min(map.length, step.first + step.count);
                Arrays.fill(map, (int) Math.min(step.first, end), end, step.state);
            }
        }
        return map;
    }

    private static BlockState[] states(PresenceMap map) {
        BlockState[] states = new BlockState[(int) map.blockCount()];
        for (int i = 0; i < states.length; i++) {
            states[i] = map.get(i);
        }
        return states;
    }

    static String text(PresenceMap map) {
        return Arrays.toString(states(map));
    }

    @Override
    public String toString() {
        return "base %s worlds %s answered %d covered %s"
                .formatted(Arrays.toString(base), worlds, answered, covered);
    }
}
