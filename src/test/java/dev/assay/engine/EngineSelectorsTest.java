package dev.assay.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectDirectory;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectFile;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectUniqueId;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.FilePosition;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.FileSource;
import org.junit.platform.testkit.engine.EngineTestKit;

/** What each selector brings into the tree before anything runs. */
class EngineSelectorsTest {
    @TempDir
    Path directory;

    private ExperimentFolder folder;
    private ScriptedRuns runs;
    private AssayTestEngine engine;

    @BeforeEach
    void writeExperiments() {
        folder = new ExperimentFolder(directory).with("chat").with("todo").withMatrix("todo-matrix", "todo");
        runs = ScriptedRuns.passing();
        engine = new AssayTestEngine(settings -> runs, directory);
    }

    @Test
    void should_fail_with_the_names_there_are_when_a_name_is_a_typo() {
        Tree tree = Tree.of(engine, Map.of("experiment", "typo"), selectClass(Fixture.class));

        assertThat(tree.failed()).containsExactly("experiment:typo");
        assertThat(tree.problem("experiment:typo")).hasMessageContaining("typo").hasMessageContaining("chat, todo");
        assertThat(runs.started).isEmpty();
    }

    @Test
    void should_fail_when_the_folder_holds_nothing() {
        Tree tree = Tree.of(
                new AssayTestEngine(settings -> runs, directory.resolve("elsewhere")), selectClass(Fixture.class));

        assertThat(tree.failed()).hasSize(1);
        assertThat(runs.started).isEmpty();
    }

    @Test
    void should_fail_one_leaf_with_file_and_line_for_an_invalid_file_and_run_the_others() {
        folder.withInvalid("broken");

        Tree tree = Tree.of(engine, selectClass(Fixture.class));

        assertThat(tree.failed()).containsExactly("experiment:broken");
        assertThat(tree.problem("experiment:broken"))
                .hasMessageContaining("broken.yaml:2")
                .hasMessageContaining("titel");
        assertThat(tree.descriptor("experiment:broken").getSource())
                .contains(FileSource.from(
                        folder.file("broken").toFile(),
                        org.junit.platform.engine.support.descriptor.FilePosition.from(2)));
        assertThat(runs.started).hasSize(2);
    }

    @Test
    void should_open_nothing_when_no_experiment_can_be_read() {
        folder.withInvalid("broken");
        AssayTestEngine closed = new AssayTestEngine(
                settings -> {
                    throw new AssertionError("must not be opened");
                },
                directory);

        Tree tree = Tree.of(closed, Map.of("experiment", "broken"), selectClass(Fixture.class));

        assertThat(tree.failed()).containsExactly("experiment:broken");
    }

    @Test
    void should_fail_one_leaf_when_an_option_makes_no_sense() {
        Tree tree = Tree.of(engine, Map.of("repetitions", "many", "experiment", "todo"), selectClass(Fixture.class));

        assertThat(tree.failed()).containsExactly("experiment:todo");
        assertThat(tree.problem("experiment:todo")).hasMessageContaining("repetitions");
    }

    @Test
    void should_fail_one_leaf_when_options_contradict_each_other() {
        Tree both = Tree.of(engine, Map.of("prompt", "Build it", "experiment", "todo"), selectClass(Fixture.class));

        assertThat(both.problem("experiment:ad-hoc"))
                .hasMessageContaining("Both experiment")
                .hasMessageContaining("prompt");
        assertThat(runs.started).isEmpty();
    }

    @Test
    void should_check_a_stored_run_again_whatever_the_files_say_of_its_variant_now() throws Exception {
        Map<String, String> recheck = Map.of("recheck", "20260301", "data-dir", directory.toString());
        folder.stored("20260301-100000-aaaaaa", "todo", "claude+codex", 2);

        Tree tree = Tree.of(engine, recheck, selectClass(Fixture.class));

        assertThat(tree.failed()).isEmpty();
        assertThat(runs.started).containsExactly("recheck 20260301-100000-aaaaaa []");
        assertThat(tree.ids())
                .contains("[engine:assay]/[class:dev.assay.engine.Fixture]/[experiment:todo]/[variant:claude%2Bcodex]"
                        + "/[run:2]/[stage:evaluation]");
    }

    @Test
    void should_go_on_with_a_stored_run_where_it_was_and_from_a_step() throws Exception {
        folder.stored("20260301-100000-aaaaaa", "todo", "auto", 1);
        Map<String, String> there = Map.of("resume", "20260301", "data-dir", directory.toString());
        Map<String, String> step = Map.of("resume", "20260301", "start-step", "3", "data-dir", directory.toString());

        Tree.of(engine, there, selectClass(Fixture.class));
        Tree.of(engine, step, selectDirectory(folder.file("todo").getParent().toString()));

        assertThat(runs.started)
                .containsExactly("resume 20260301-100000-aaaaaa", "resume 20260301-100000-aaaaaa from 3");
    }

    @Test
    void should_fail_one_leaf_when_the_run_to_check_again_is_not_there_or_more_is_asked_for() throws Exception {
        folder.stored("20260301-100000-aaaaaa", "todo", "auto", 1);
        String data = directory.toString();

        Tree none = Tree.of(engine, Map.of("recheck", "2025", "data-dir", data), selectClass(Fixture.class));
        Tree both = Tree.of(
                engine, Map.of("recheck", "2026", "experiment", "todo", "data-dir", data), selectClass(Fixture.class));

        assertThat(none.problem("experiment:recheck")).hasMessageContaining("No run's id begins with '2025'");
        assertThat(both.problem("experiment:recheck")).hasMessageContaining("Both recheck");
        assertThat(runs.started).isEmpty();
    }

    @Test
    void should_run_a_prompt_that_no_file_holds_and_find_it_again_while_it_is_given() {
        Map<String, String> prompt = Map.of("prompt", "Build a guestbook");

        Tree tree = Tree.of(engine, prompt, selectClass(Fixture.class));

        assertThat(tree.failed()).isEmpty();
        assertThat(runs.started).singleElement().asString().contains("/[experiment:ad-hoc]/");
        assertThat(runsBelow(prompt, selectUniqueId(runs.started.get(0)))).isEqualTo(runs.started);
        assertThat(Tree.of(engine, selectUniqueId(runs.started.get(0))).problem("experiment:ad-hoc"))
                .hasMessageContaining("give it again");
    }

    @Test
    void should_leave_classes_without_the_annotation_alone() {
        assertThat(discovered(selectClass(String.class))).isEmpty();
        assertThat(discovered(selectFile(directory.resolve("README.md").toString())))
                .isEmpty();
        assertThat(discovered(selectUniqueId("[engine:junit-jupiter]/[class:X]")))
                .isEmpty();
        assertThat(discovered(selectUniqueId("[engine:assay]/[class:no.such.Class]/[experiment:todo]")))
                .isEmpty();
    }

    @Test
    void should_read_no_settings_while_only_other_tests_are_looked_for() {
        folder.with("../assay", "- this is no mapping");

        assertThat(discovered(selectClass(String.class))).isEmpty();
    }

    @Test
    void should_find_all_but_matrix_files_below_a_class() {
        assertThat(experiments(selectClass(Fixture.class)))
                .containsExactly(
                        "[engine:assay]/[class:dev.assay.engine.Fixture]/[experiment:chat]",
                        "[engine:assay]/[class:dev.assay.engine.Fixture]/[experiment:todo]");
    }

    @Test
    void should_find_the_class_in_its_package_and_class_path_root() {
        List<String> both = List.of(
                "[engine:assay]/[class:dev.assay.engine.Fixture]/[experiment:chat]",
                "[engine:assay]/[class:dev.assay.engine.Fixture]/[experiment:todo]");
        Path root = Path.of(Fixture.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());

        assertThat(experiments(selectPackage("dev.assay.engine"))).isEqualTo(both);
        assertThat(experiments(selectClasspathRoots(Set.of(root)).get(0))).containsAll(both);
    }

    @Test
    void should_respect_class_name_filters() {
        TestDescriptor root = EngineTestKit.engine(engine)
                .selectors(selectClass(Fixture.class))
                .filters(ClassNameFilter.excludeClassNamePatterns(".*Fixture"))
                .discover()
                .getEngineDescriptor();

        assertThat(root.getDescendants()).isEmpty();
    }

    @Test
    void should_run_a_matrix_file_by_its_name_with_every_variant_and_repetition() {
        Tree tree = Tree.of(engine, Map.of("experiment", "todo-matrix"), selectClass(Fixture.class));

        assertThat(runs.started)
                .hasSize(4)
                .doesNotHaveDuplicates()
                .allMatch(id -> id.contains("[experiment:todo-matrix]"));
        assertThat(runs.started).filteredOn(id -> id.endsWith("[run:2]")).hasSize(2);
        assertThat(runs.finished).hasValue(4);
        assertThat(runs.closed).hasValue(1);
        tree.results().testEvents().assertStatistics(it -> it.succeeded(20).failed(0));
    }

    @Test
    void should_find_a_folder_with_and_without_a_name() {
        String path = folder.file("todo").getParent().toString();

        assertThat(experiments(selectDirectory(path)))
                .containsExactly("[engine:assay]/[experiment:chat]", "[engine:assay]/[experiment:todo]");
        assertThat(experiments(Map.of("experiment", "todo"), selectDirectory(path)))
                .containsExactly("[engine:assay]/[experiment:todo]");
        assertThat(experiments(Map.of("experiment", "typo"), selectDirectory(path)))
                .containsExactly("[engine:assay]/[experiment:typo]");
    }

    @Test
    void should_find_one_file_wherever_it_is() {
        new ExperimentFolder(directory.resolve("other")).with("todo");
        Path elsewhere = directory.resolve("other/experiments/todo.yaml");

        assertThat(experiments(selectFile(folder.file("todo").toString())))
                .containsExactly("[engine:assay]/[experiment:todo]");
        assertThat(experiments(selectFile(elsewhere.toString())))
                .containsExactly("[engine:assay]/[experiment:other%2Fexperiments%2Ftodo]");
        assertThat(experiments(selectUniqueId("[engine:assay]/[experiment:other%2Fexperiments%2Ftodo]")))
                .containsExactly("[engine:assay]/[experiment:other%2Fexperiments%2Ftodo]");
    }

    @Test
    void should_find_the_variant_at_a_line() {
        String matrix = folder.file("todo-matrix").toString();
        List<String> all = variants(selectFile(matrix));

        assertThat(all).hasSize(2);
        assertThat(variants(selectFile(matrix, FilePosition.from(5)))).containsExactly(all.get(0));
        assertThat(variants(selectFile(matrix, FilePosition.from(6)))).containsExactly(all.get(1));
        assertThat(variants(selectFile(matrix, FilePosition.from(7)))).containsExactly(all.get(1));
        assertThat(variants(selectFile(matrix, FilePosition.from(1)))).isEqualTo(all);
        assertThat(variants(selectFile(folder.file("todo").toString(), FilePosition.from(3))))
                .hasSize(1);
    }

    @Test
    void should_find_every_node_again_by_its_unique_id() {
        Map<String, String> matrix = Map.of("experiment", "todo-matrix");
        Set<? extends TestDescriptor> nodes =
                root(matrix, selectClass(Fixture.class)).getDescendants();

        assertThat(nodes).hasSize(1 + 1 + 2 + 4 + 4 * 5);
        for (TestDescriptor node : nodes) {
            TestDescriptor again = root(Map.of(), selectUniqueId(node.getUniqueId()));
            assertThat(again.findByUniqueId(node.getUniqueId()))
                    .as("%s", node.getUniqueId())
                    .isPresent();
        }
    }

    @Test
    void should_run_each_of_several_unique_ids_and_take_a_deeper_one_for_its_run() {
        String variants = "[engine:assay]/[class:dev.assay.engine.Fixture]/[experiment:todo-matrix]";
        List<String> found = runsBelow(Map.of("experiment", "todo-matrix"), selectClass(Fixture.class));

        Tree.of(
                engine,
                selectUniqueId(found.get(0)),
                selectUniqueId(found.get(3) + "/[stage:build]/[step:tables]/[layer:rls]/[check:owner]"),
                selectUniqueId("[engine:assay]/[class:dev.assay.engine.Fixture]/[experiment:chat]"));

        assertThat(runs.started).hasSize(3).contains(found.get(0), found.get(3));
        assertThat(runs.started).filteredOn(id -> id.startsWith(variants)).hasSize(2);
    }

    @Test
    void should_take_a_node_below_a_stored_run_for_a_part_of_it_that_is_done_again() throws Exception {
        folder.stored("20260301-100000-aaaaaa", "todo", "auto", 1);
        Map<String, String> data = Map.of("data-dir", directory.toString());
        String run = "[engine:assay]/[class:dev.assay.engine.Fixture]/[experiment:todo]/[variant:auto]/[run:1]";

        Tree.of(engine, data, selectUniqueId(run + "/[stage:evaluation]/[layer:rls]/[check:owner]"));
        Tree.of(engine, data, selectUniqueId(run + "/[stage:build]/[step:b]/[attempt:1]/[layer:api]/[check:x]"));
        Tree.of(engine, data, selectUniqueId(run + "/[stage:smoke-2]/[attempt:1]/[check:page]"));
        Tree.of(engine, data, selectUniqueId(run + "/[stage:evaluation]"));
        Tree.of(engine, data, selectUniqueId(run + "/[stage:build]/[step:tables]/[attempt:1]/[call:verify]"));
        Tree.of(engine, data, selectUniqueId(run + "/[stage:build]"));
        Tree.of(engine, data, selectUniqueId(run));
        Tree.of(engine, data, selectUniqueId(run + "/[stage:plan]"));

        assertThat(runs.started)
                .containsExactly(
                        "recheck 20260301-100000-aaaaaa [RLS]",
                        "recheck 20260301-100000-aaaaaa [API]",
                        "recheck 20260301-100000-aaaaaa [SMOKE]",
                        "recheck 20260301-100000-aaaaaa []",
                        "resume 20260301-100000-aaaaaa from tables0",
                        "resume 20260301-100000-aaaaaa from 1",
                        run,
                        run);
    }

    @Test
    void should_do_all_again_of_a_run_of_which_several_nodes_are_selected() throws Exception {
        folder.stored("20260301-100000-aaaaaa", "todo", "auto", 1);
        Map<String, String> data = Map.of("data-dir", directory.toString());
        String run = "[engine:assay]/[experiment:todo]/[variant:auto]/[run:1]";

        Tree.of(
                engine,
                data,
                selectUniqueId(run + "/[stage:evaluation]/[layer:api]/[check:t]"),
                selectUniqueId(run + "/[stage:evaluation]/[layer:rls]/[check:owner]"));

        assertThat(runs.started)
                .singleElement()
                .asString()
                .startsWith("recheck 20260301-100000-aaaaaa [")
                .contains("API", "RLS");
    }

    @Test
    void should_give_class_experiment_and_variant_their_sources_and_the_experiment_its_tags() {
        TestDescriptor root = root(Map.of("experiment", "todo-matrix"), selectClass(Fixture.class));
        TestDescriptor testClass = root.getChildren().iterator().next();
        TestDescriptor experiment = testClass.getChildren().iterator().next();
        TestDescriptor variant = experiment.getChildren().iterator().next();

        assertThat(testClass.getSource()).contains(ClassSource.from(Fixture.class));
        assertThat(experiment.getSource())
                .contains(FileSource.from(folder.file("todo-matrix").toFile()));
        assertThat(variant.getSource())
                .contains(FileSource.from(
                        folder.file("todo-matrix").toFile(),
                        org.junit.platform.engine.support.descriptor.FilePosition.from(5)));
        assertThat(experiment.getTags()).extracting(tag -> tag.getName()).containsExactly("auth");
    }

    @Test
    void should_call_leaves_by_their_whole_path_where_only_leaves_are_shown() {
        Tree tree = Tree.of(engine, Map.of("assay.naming", "path", "experiment", "todo"), selectClass(Fixture.class));

        assertThat(tree.names())
                .contains(
                        "todo " + tree.variant() + " #1 plan",
                        "todo " + tree.variant() + " #1 build tables rls only the owner reads",
                        "Create the tables");
    }

    private List<String> experiments(DiscoverySelector selector) {
        return experiments(Map.of(), selector);
    }

    private List<String> experiments(Map<String, String> options, DiscoverySelector selector) {
        return ofType("experiment", options, selector);
    }

    private List<String> variants(DiscoverySelector selector) {
        return ofType("variant", Map.of(), selector);
    }

    private List<String> runsBelow(Map<String, String> options, DiscoverySelector selector) {
        return ofType("run", options, selector);
    }

    private List<String> ofType(String type, Map<String, String> options, DiscoverySelector selector) {
        return root(options, selector).getDescendants().stream()
                .map(TestDescriptor::getUniqueId)
                .filter(id -> id.getLastSegment().getType().equals(type))
                .map(Object::toString)
                .collect(Collectors.toList());
    }

    private Set<? extends TestDescriptor> discovered(DiscoverySelector selector) {
        return root(Map.of(), selector).getDescendants();
    }

    private TestDescriptor root(Map<String, String> options, DiscoverySelector selector) {
        return EngineTestKit.engine(engine)
                .selectors(selector)
                .configurationParameters(options)
                .discover()
                .getEngineDescriptor();
    }
}
