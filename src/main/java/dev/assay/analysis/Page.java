package dev.assay.analysis;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a command says: for people as sections, for programs as JSON.
 *
 * @param title one line
 * @param sections in order
 * @param data the same figures, unrounded
 */
public record Page(String title, List<Section> sections, ObjectNode data) {
    public Page {
        sections = List.copyOf(sections);
    }

    /**
     * A part of a page.
     *
     * @param title one line; empty where it needs none
     * @param table its rows; may have none
     * @param notes lines below it
     */
    public record Section(String title, Table table, List<String> notes) {
        public Section {
            notes = List.copyOf(notes);
        }

        static Section text(String title, String... lines) {
            return new Section(title, Table.NONE, List.of(lines));
        }
    }

    /**
     * Rows of text.
     *
     * @param columns their names; one that begins with {@code >} has its cells at the right
     * @param rows as many cells as columns
     */
    public record Table(List<String> columns, List<List<String>> rows) {
        static final Table NONE = new Table(List.of(), List.of());

        public Table {
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
        }

        boolean right(int column) {
            return columns.get(column).startsWith(">");
        }

        String name(int column) {
            return right(column) ? columns.get(column).substring(1) : columns.get(column);
        }
    }
}
