package dev.assay.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.check.LayerKind;
import dev.assay.run.Cause;
import dev.assay.run.Outcome;
import dev.assay.run.RunListener.Node;
import dev.assay.run.Stage;
import dev.assay.run.StageResult;
import dev.assay.store.StoredResults.Check;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangesTest {
    private final Map<String, Check> before = new LinkedHashMap<>();

    @TempDir
    Path folder;

    @Test
    void should_say_of_each_check_that_changed_what_it_was_and_what_it_is() {
        before.put("[layer:rls]/[check:b]", new Check("rls", "user B", "passed", ""));
        before.put("[layer:rls]/[check:anon]", new Check("rls", "anon", "failed", "anon reads"));
        before.put("[layer:api]/[check:gone]", new Check("api", "gone", "passed", ""));
        before.put("[layer:api]/[check:same]", new Check("api", "same", "passed", ""));
        Changes changes = changes(Set.of());

        tell(changes, "rls", "b", "user B", failed("user B reads\nall"));
        tell(changes, "rls", "anon", "anon", failed("anon writes"));
        tell(changes, "api", "same", "same", StageResult.PASSED);
        tell(changes, "api", "new", "new", StageResult.PASSED);

        assertThat(changes.lines())
                .containsExactly(
                        "rls · user B: was passed, is failed: user B reads; all",
                        "rls · anon: failed as before, for another reason: anon writes",
                        "api · new: new: passed",
                        "api · gone: was passed, is not asked any more",
                        "1 check is as before");
    }

    @Test
    void should_say_nothing_of_layers_that_were_not_to_be_looked_at() {
        before.put("[layer:rls]/[check:b]", new Check("rls", "user B", "passed", ""));
        before.put("[layer:api]/[check:t]", new Check("api", "t", "passed", ""));
        Changes changes = changes(Set.of(LayerKind.RLS));

        tell(changes, "rls", "b", "user B", StageResult.PASSED);
        tell(
                changes,
                "api",
                "not-run",
                "not run",
                StageResult.of(Outcome.SKIPPED, Cause.SKIPPED, "left out by option", false));

        assertThat(changes.lines()).containsExactly("nothing: 1 check is as before");
    }

    private Changes changes(Set<LayerKind> only) {
        return new Changes("the evaluation", before, only, System.out);
    }

    private void tell(Changes changes, String layer, String id, String name, StageResult result) {
        ReportedRun run = new ReportedRun(folder, 1);
        String parent = run.info.uniqueId() + "/[stage:recheck-1]/[layer:" + layer + "]";
        changes.stageFinished(
                run.info,
                new Node(
                        parent + "/[check:" + id + "]",
                        parent,
                        new Stage("check", id, name, Map.of("layer", layer)),
                        true,
                        2),
                result);
    }

    private static StageResult failed(String message) {
        return StageResult.of(Outcome.FAILED, Cause.CHECK_FAILED, message, true);
    }
}
