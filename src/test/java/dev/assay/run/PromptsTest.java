package dev.assay.run;

import static dev.assay.run.ScriptedRun.PROCEED;
import static dev.assay.run.ScriptedRun.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.AgentRequest;
import dev.assay.check.LayerKind;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.experiment.SkillsMode;
import dev.assay.run.Guidance.Filter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What agents are told, word for word. Where a prompt changes on purpose, {@code mvn test -Dtest=PromptsTest
 * -Dsnapshots=accept} writes the new ones; the difference belongs into the commit.
 */
class PromptsTest {
    private static final Path SNAPSHOTS = Path.of("src/test/resources/dev/assay/run/prompts");
    private static final Path TEXTS = Path.of("src/main/resources");

    /** What would be an answer: SQL, configuration, code, and the names that a contract looks for. */
    private static final Pattern ANSWER = Pattern.compile(
            "\\b(create|alter|drop)\\s+(table|policy|function|trigger|publication|view|extension)\\b"
                    + "|\\benable\\s+row\\s+level\\b|\\brow level security\\b|\\bRLS\\b|\\bwith\\s+check\\b|\\bauth\\.uid\\b"
                    + "|\\bsecurity\\s+(definer|invoker)\\b|\\bgrant\\s+\\w+\\s+on\\b|\\busing\\s*\\(|\\bselect\\b.+\\bfrom\\b"
                    + "|\\bconfig\\.toml\\b|\\bverify_jwt\\b|\\bvite\\b|\\bcreateClient\\b|\\bimport\\b|\\bexport\\b|\\bnpm\\b"
                    + "|\\b(todos?|photos?|webhooks?|buckets?|presence|signature)\\b"
                    + "|VITE_|localhost|127\\.0\\.0\\.1",
            Pattern.CASE_INSENSITIVE);

    @TempDir
    Path folder;

    @Test
    void should_hold_no_answer() throws Exception {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files =
                Stream.concat(Files.list(TEXTS.resolve("prompts")), Files.list(TEXTS.resolve("schemas")))) {
            for (Path file : files.sorted().toList()) {
                ANSWER.matcher(Files.readString(file))
                        .results()
                        .forEach(match -> found.add(file.getFileName() + ": " + match.group()));
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void should_be_in_files_and_not_in_code() throws Exception {
        String code = Files.readString(Path.of("src/main/java/dev/assay/run/Prompts.java"));

        List<String> texts = Pattern.compile("\"((?:[^\"\\\\\n]|\\\\.)*)\"")
                .matcher(code)
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(texts).isNotEmpty().allMatch(text -> text.length() < 100);
    }

    @Test
    void should_never_show_the_contract() throws Exception {
        assertThat(everyPrompt().values())
                .isNotEmpty()
                .noneMatch(prompt -> prompt.contains("todo*") || prompt.contains("access: owner"));
    }

    @Test
    void should_be_as_the_snapshots_show_them() throws Exception {
        Map<String, String> prompts = everyPrompt();

        if ("accept".equals(System.getProperty("snapshots"))) {
            Files.createDirectories(SNAPSHOTS);
            for (Map.Entry<String, String> prompt : prompts.entrySet()) {
                Files.writeString(SNAPSHOTS.resolve(prompt.getKey() + ".txt"), prompt.getValue());
            }
        }
        for (Map.Entry<String, String> prompt : prompts.entrySet()) {
            Path snapshot = SNAPSHOTS.resolve(prompt.getKey() + ".txt");
            assertThat(snapshot)
                    .as("a snapshot, written with -Dsnapshots=accept")
                    .exists();
            assertThat(prompt.getValue())
                    .as("the prompt %s, to be compared with %s", prompt.getKey(), snapshot)
                    .isEqualTo(Files.readString(snapshot));
        }
        try (Stream<Path> files = Files.list(SNAPSHOTS)) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".txt", "")))
                    .containsExactlyInAnyOrderElementsOf(prompts.keySet());
        }
    }

    /** Runs todo-auth with a scripted agent through every kind of call, and gives what it was told, by call. */
    private Map<String, String> everyPrompt() throws Exception {
        ExperimentFiles files = ExperimentFiles.in(Path.of("experiments"));
        Experiment todoAuth = files.read(files.select("todo-auth").get(0));
        Map<String, String> prompts = new LinkedHashMap<>();
        try (ScriptedRun run = new ScriptedRun(folder)) {
            run.experiment = Optional.of(todoAuth);
            run.guidance = new Guidance(Path.of("skills").toAbsolutePath(), Filter.PHASE_MATCHED, false);
            run.layer(
                    LayerKind.RLS,
                    (subject, checks) -> checks.check(
                            "leak",
                            "leak",
                            probe -> probe.expect(
                                    run.schema != 1,
                                    "user B can select a row of todos that belongs to user A",
                                    "no",
                                    "yes")));
            run.layer(
                    LayerKind.SMOKE,
                    (subject, checks) -> checks.check(
                            "build", "build", probe -> probe.expect(run.schema > 3, "the app does not build", "", "")));
            run.agent(request -> {
                prompts.put(name(request), shown(request));
                return switch (request.phase()) {
                    case PLAN -> request.attempt() == 1 ? "Sure! First the database." : plan();
                    case VERIFY ->
                        request.stepId().equals(Optional.of("schema")) && request.attempt() == 1
                                ? verdict("FAIL", "WEB_SEARCH", ",\"query\":\"who may update a row\"")
                                : request.stepId().equals(Optional.of("schema"))
                                        ? verdict("PASS", "MODIFY_PLAN", "")
                                        : PROCEED;
                    case RESEARCH -> "The reference says that both sides of a change are looked at.";
                    case REPLAN -> "{\"unchanged\":true}";
                    default -> "done";
                };
            });
            run.run();
        }
        try (ScriptedRun run = new ScriptedRun(folder.resolve("guided"))) {
            run.experiment = Optional.of(todoAuth);
            run.skills = SkillsMode.ON_DEMAND;
            run.guidance = new Guidance(Path.of("skills").toAbsolutePath(), Filter.ALL, true);
            run.agent(request -> {
                if (request.phase() == dev.assay.agent.Phase.IMPLEMENT) {
                    prompts.put("implement-with-guidance", shown(request));
                }
                return ScriptedRun.worksWell(request);
            });
            run.run();
        }
        return prompts;
    }

    private static String plan() {
        return ScriptedRun.plan(
                ScriptedRun.step("schema"), ScriptedRun.step("pages", "frontend", ",\"needs\":[\"schema\"]"));
    }

    private static String name(AgentRequest request) {
        return request.phase().id() + request.stepId().map(id -> "-" + id).orElse("") + "-" + request.attempt();
    }

    private static String shown(AgentRequest request) {
        String system = request.systemPrompt().isEmpty() ? "" : "[system]\n" + request.systemPrompt() + "\n[prompt]\n";
        String schema = request.schema()
                .map(json -> "\n[answers by schema: " + json.path("title").asString() + "]\n")
                .orElse("");
        return (system + request.prompt() + schema)
                .replace(request.workspace().toString(), "${WORKSPACE}")
                .replace(request.home().toString(), "${HOME}");
    }
}
