package dev.assay.report;

import dev.assay.check.LayerKind;
import dev.assay.run.RunInfo;
import dev.assay.run.RunListener;
import dev.assay.run.RunResult;
import dev.assay.run.StageResult;
import dev.assay.store.StoredResults.Check;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a recheck found that the evaluation before it did not, check by check. Listens to one recheck, and says it at the
 * end.
 */
public final class Changes implements RunListener {
    private final String against;
    private final Map<String, Check> before;
    private final Map<String, Check> now = new LinkedHashMap<>();
    private final PrintStream out;

    /**
     * @param against what it is held against, for people
     * @param before its checks by their place in the stage
     * @param only the layers that are looked at; empty for all
     */
    public Changes(String against, Map<String, Check> before, Set<LayerKind> only, PrintStream out) {
        this.against = against;
        this.before = new LinkedHashMap<>(before);
        if (!only.isEmpty()) {
            this.before
                    .values()
                    .removeIf(check -> only.stream().noneMatch(kind -> kind.id().equals(check.layer())));
        }
        this.out = out;
    }

    @Override
    public void stageFinished(RunInfo run, Node node, StageResult result) {
        if (!node.leaf()) {
            return;
        }
        String place = node.uniqueId().substring(run.uniqueId().length()).replaceFirst("^/\\[stage:[^\\]]*]/", "");
        now.put(
                place,
                new Check(
                        node.stage().labels().getOrDefault("layer", ""),
                        node.stage().name(),
                        result.outcome().id(),
                        result.message()));
    }

    @Override
    public void recheckFinished(RunInfo run, RunResult result) {
        List<String> lines = lines();
        out.println("What changed against " + against + ":");
        lines.forEach(line -> out.println("  " + line));
    }

    /** One line for each check that changed, and one for the others. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        long same = 0;
        for (Map.Entry<String, Check> entry : now.entrySet()) {
            Check check = entry.getValue();
            Check earlier = before.get(entry.getKey());
            if (earlier == null && check.outcome().equals("skipped")) {
                continue; // a layer that is left out this time
            }
            if (earlier == null) {
                lines.add(name(check) + ": new: " + said(check));
            } else if (!earlier.outcome().equals(check.outcome())) {
                lines.add(name(check) + ": was " + earlier.outcome() + ", is " + said(check));
            } else if (!check.outcome().equals("passed") && !earlier.message().equals(check.message())) {
                lines.add(name(check) + ": " + check.outcome() + " as before, for another reason: " + message(check));
            } else {
                same++;
            }
        }
        before.forEach((place, check) -> {
            if (!now.containsKey(place)) {
                lines.add(name(check) + ": was " + check.outcome() + ", is not asked any more");
            }
        });
        lines.add((lines.isEmpty() ? "nothing: " : "") + Amounts.counted(same, "check") + (same == 1 ? " is" : " are")
                + " as before");
        return lines;
    }

    private static String name(Check check) {
        return PlainText.line(check.layer() + (check.layer().isEmpty() ? "" : " · ") + check.name(), 160);
    }

    private static String said(Check check) {
        return check.outcome() + (check.message().isBlank() ? "" : ": " + message(check));
    }

    private static String message(Check check) {
        return PlainText.line(check.message().replace("\n", "; "), 240);
    }
}
