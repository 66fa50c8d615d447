package io.stemma.server.iscsi.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.stemma.server.iscsi.session.CommandWindow.Verdict;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

class CommandWindowTest {
    private static ByteBuf held(int tag) {
        return Unpooled.buffer(48).writerIndex(48).setInt(16, tag);
    }

    @Test
    void onlyNumbersInsideTheWindowCountAlsoWhereTheyWrap() {
        for (int first : new int[] {1, -3, Integer.MAX_VALUE - 1}) {
            CommandWindow window = new CommandWindow(first, 8, 4096);
            assertThat(window.judge(first)).isEqualTo(Verdict.DUE);
            assertThat(window.judge(first - 1)).isEqualTo(Verdict.IGNORED);
            assertThat(window.judge(first + 7)).isEqualTo(Verdict.EARLY);
            assertThat(window.judge(first + 8)).isEqualTo(Verdict.IGNORED);
            assertThat(window.maxCmdSn()).isEqualTo(first + 7);
        }
    }

    @Test
    void commandsThatComeInAnyOrderAreDueInTheirOwn() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            CommandWindow window = new CommandWindow(-20, 32, 1 << 20);
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                order.add(-20 + i);
            }
            java.util.Collections.shuffle(order, random);
            List<Integer> run = new ArrayList<>();
            for (int cmdSn : order) {
                if (window.judge(cmdSn) == Verdict.DUE) {
                    window.advance();
                    run.add(cmdSn);
                    for (ByteBuf due = window.takeDue(); due != null; due = window.takeDue()) {
                        run.add(due.getInt(16));
                        due.release();
                    }
                } else {
                    assertThat(window.judge(cmdSn)).isEqualTo(Verdict.EARLY);
                    window.hold(cmdSn, held(cmdSn), 0);
                    assertThat(window.judge(cmdSn)).isEqualTo(Verdict.IGNORED);
                }
            }
            assertThat(run).as("seed %d", seed).hasSize(32).isSorted();
        }
    }

    @Test
    void theWindowNarrowsWithCommandsInFlightAndNeverMovesBack() {
        CommandWindow window = new CommandWindow(1, 16, 4096);
        assertThat(window.maxCmdSn()).isEqualTo(16);
        for (int i = 0; i < 16; i++) {
            window.advance();
            window.opened();
        }
        assertThat(window.maxCmdSn()).isEqualTo(16);
        assertThat(window.judge(17)).isEqualTo(Verdict.IGNORED);
        window.closed();
        assertThat(window.maxCmdSn()).isEqualTo(17);
        window.narrow(true);
        window.closed();
        assertThat(window.maxCmdSn()).isEqualTo(17);
        for (int i = 0; i < 14; i++) {
            window.closed();
        }
        assertThat(window.maxCmdSn()).isEqualTo(24);
    }

    @Test
    void aCommandAbortedBeforeItCameCountsAsReceived() {
        CommandWindow window = new CommandWindow(1, 8, 4096);
        assertThat(window.skip(2)).isTrue();
        assertThat(window.skip(2)).isFalse();
        assertThat(window.skip(0)).isFalse();
        window.hold(3, held(3), 0);
        assertThat(window.judge(2)).isEqualTo(Verdict.IGNORED);
        window.advance();
        ByteBuf due = Objects.requireNonNull(window.takeDue());
        assertThat(due.getInt(16)).isEqualTo(3);
        due.release();
        assertThat(window.expCmdSn()).isEqualTo(4);
    }

    @Test
    void whatIsHeldIsBoundedAndGivenBack() {
        CommandWindow window = new CommandWindow(1, 8, 100);
        ByteBuf first = held(2);
        ByteBuf second = held(3);
        ByteBuf third = held(4);
        window.hold(2, first, 0);
        window.hold(3, second, 0);
        window.hold(4, third, 0);
        assertThat(third.refCnt()).isZero();
        assertThat(window.judge(4)).isEqualTo(Verdict.EARLY);
        assertThat(window.dropHeld(2)).isTrue();
        assertThat(first.refCnt()).isZero();
        window.close();
        assertThat(second.refCnt()).isZero();
    }
}
