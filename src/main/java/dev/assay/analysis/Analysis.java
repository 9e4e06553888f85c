package dev.assay.analysis;

import dev.assay.store.LogDatabase;
import dev.assay.store.RunArchive;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/** The door of the room: a page for each question. All methods throw {@link SQLException} where the database is away. */
public final class Analysis {
    private final RunArchive archive;
    private final Rows rows;

    public Analysis(LogDatabase database) {
        this.archive = new RunArchive(database);
        this.rows = new Rows(database);
    }

    /**
     * One run, of whichever source.
     *
     * @param name its id, a beginning of it that no other has, or {@code latest}
     * @param parts what to show; all of it where there is none
     * @throws IllegalArgumentException where there is no such run
     */
    public Page run(String name, Set<RunPart> parts) throws SQLException {
        return new RunAnalysis(rows, archive.read(name).id())
                .page(parts.isEmpty() ? EnumSet.allOf(RunPart.class) : parts);
    }

    /**
     * One step of a run in depth.
     *
     * @param number from 1, in the order in which the run came to its steps
     */
    public Page step(String name, int number) throws SQLException {
        return new RunAnalysis(rows, archive.read(name).id()).step(number);
    }

    /** What fails again and again, what helps, and which tools are used. */
    public Page patterns(Selection selection) throws SQLException {
        requireRuns(selection);
        return new Patterns(rows, selection).page();
    }

    /**
     * Variants by how often they pass.
     *
     * @param mixed whether runs that differ in what must agree are counted together
     */
    public Page leaderboard(Selection selection, boolean mixed) throws SQLException {
        requireRuns(selection);
        return new Leaderboard(runs(selection), mixed).page();
    }

    /**
     * Two groups of runs.
     *
     * @param first filters, a variant's name, or a run's id
     * @param within what both must also be
     * @param mixed whether runs that differ in what must agree are compared
     * @param bootstrap whether to add an interval by bootstrap
     * @throws Incomparable where they must not or cannot be compared; the message says why
     */
    public Page compare(String first, String second, Selection within, boolean mixed, boolean bootstrap)
            throws SQLException {
        return new Comparison(
                        first,
                        new Group(runs(selection(first, within))),
                        second,
                        new Group(runs(selection(second, within))),
                        mixed,
                        bootstrap)
                .page();
    }

    private Selection selection(String text, Selection within) throws SQLException {
        Selection selection = Selection.parse(within.source(), text);
        if (!text.contains("=") && runs(selection.with(within)).isEmpty()) {
            Optional<String> id = runId(text);
            if (id.isPresent()) {
                selection = Selection.run("all", id.get());
            }
        }
        Selection both = selection.with(within);
        requireRuns(both);
        return both;
    }

    private Optional<String> runId(String text) throws SQLException {
        try {
            return Optional.of(archive.read(text).id());
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // it is no run's; what it is not either is said by who asks
        }
    }

    private List<ObjectNode> runs(Selection selection) throws SQLException {
        return rows.of(selection, "cross.sql", "runs");
    }

    private void requireRuns(Selection selection) throws SQLException {
        if (rows.of(selection, "cross.sql", "totals").get(0).path("runs").asLong() > 0) {
            return;
        }
        List<String> others = new ArrayList<>();
        for (ObjectNode row : rows.of(selection, "cross.sql", "left-out")) {
            others.add(Figures.count(row.path("count").asLong()) + " " + Rows.text(row, "source"));
        }
        String filters = selection.filters().entrySet().stream()
                .sorted(java.util.Map.Entry.comparingByKey())
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining(", "));
        throw new Incomparable("No ended run of source " + selection.source()
                + (filters.isEmpty() ? "" : " with " + filters) + " is stored."
                + (others.isEmpty()
                        ? " See what there is by: assay runs"
                        : " Of other sources there are " + String.join(" and ", others)
                                + " runs: add --source demo, recorded or all."));
    }
}
