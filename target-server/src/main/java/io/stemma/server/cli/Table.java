package io.stemma.server.cli;

import java.util.ArrayList;
import java.util.List;

/** Lines and columns for people to read; columns are as wide as their widest cell. */
final class Table {
    private final List<String[]> rows = new ArrayList<>();

    /** Adds a row; rows of one cell are free text. */
    Table row(String... cells) {
        rows.add(cells);
        return this;
    }

    String text() {
        List<Integer> widths = new ArrayList<>();
        for (String[] row : rows) {
            for (int column = 0; row.length > 1 && column < row.length; column++) {
                if (column == widths.size()) {
                    widths.add(0);
                }
                widths.set(column, Math.max(widths.get(column), row[column].length()));
            }
        }
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.length; column++) {
                line.append(row[column]);
                if (column < row.length - 1) {
                    line.append(" ".repeat(widths.get(column) - row[column].length() + 2));
                }
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
