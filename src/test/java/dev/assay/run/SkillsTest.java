package dev.assay.run;

import static dev.assay.run.ScriptedRun.ONE_STEP;
import static dev.assay.run.ScriptedRun.PROCEED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Phase;
import dev.assay.check.LayerKind;
import dev.assay.experiment.SkillsMode;
import dev.assay.run.Guidance.Filter;
import dev.assay.run.ScriptedRun.Reply;
import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;

class SkillsTest {
    private static final Path SKILLS = Path.of("skills").toAbsolutePath();

    @TempDir
    Path folder;

    private final List<String> stored = new ArrayList<>();
    private final List<AgentRequest> requests = new ArrayList<>();
    private ScriptedRun run;

    @BeforeEach
    void script() {
        run = new ScriptedRun(folder);
        run.listeners.add(new RunListener() {
            @Override
            public void event(RunInfo info, Line line, int part, AgentEvent event) {
                if (event instanceof AgentEvent.Notice notice && notice.kind().equals("skills")) {
                    stored.add(line.attempt().orElseThrow().phase().id() + " " + notice.detail());
                }
            }
        });
        implementing(request -> "done");
    }

    @AfterEach
    void close() {
        run.close();
    }

    private void implementing(Function<AgentRequest, Object> implementer) {
        run.agent(request -> {
            requests.add(request);
            return switch (request.phase()) {
                case PLAN -> ONE_STEP;
                case VERIFY -> PROCEED;
                default -> implementer.apply(request);
            };
        });
    }

    private AgentRequest request(Phase phase) {
        return requests.stream()
                .filter(request -> request.phase() == phase)
                .findFirst()
                .orElseThrow();
    }

    private void smokeIsFixedOnce() {
        run.layer(
                LayerKind.SMOKE,
                (subject, checks) -> checks.check(
                        "build", "build", probe -> probe.expect(run.schema > 1, "it does not build", "0", "1")));
    }

    @Test
    void should_hand_out_nothing_unless_it_is_asked_for() throws Exception {
        run.run();

        assertThat(request(Phase.IMPLEMENT).systemPrompt()).isEmpty();
        assertThat(request(Phase.IMPLEMENT).prompt()).doesNotContain("Notes at hand");
        assertThat(stored).isEmpty();
    }

    @Test
    void should_put_the_skill_of_the_build_phase_into_the_implementers_system_prompt() throws Exception {
        run.skills = SkillsMode.PASSIVE;
        run.guidance = new Guidance(SKILLS, Filter.PHASE_MATCHED, false);
        smokeIsFixedOnce();

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(request(Phase.IMPLEMENT).systemPrompt())
                .startsWith("# Database schema")
                .doesNotContain("description:");
        assertThat(request(Phase.FIX).systemPrompt()).startsWith("# Fixing");
        assertThat(request(Phase.PLAN).systemPrompt()).isEmpty();
        assertThat(request(Phase.VERIFY).systemPrompt()).isEmpty();
        assertThat(stored)
                .containsExactly(
                        "implement {\"mode\":\"passive\",\"filter\":\"phase-matched\",\"available\":[\"schema\"],"
                                + "\"loaded\":[\"schema\"]}",
                        "fix {\"mode\":\"passive\",\"filter\":\"phase-matched\",\"available\":[\"fix\"],"
                                + "\"loaded\":[\"fix\"]}");
    }

    @Test
    void should_put_the_one_for_all_into_the_system_prompt_when_nothing_is_filtered() throws Exception {
        run.skills = SkillsMode.PASSIVE;
        run.guidance = new Guidance(SKILLS, Filter.ALL, false);

        run.run();

        assertThat(request(Phase.IMPLEMENT).systemPrompt()).startsWith("# Building on Supabase");
    }

    @Test
    void should_lay_skills_where_the_tool_looks_for_them_and_store_which_it_opened() throws Exception {
        run.skills = SkillsMode.ON_DEMAND;
        run.skillsFolder = Optional.of(".tool/skills");
        run.guidance = new Guidance(SKILLS, Filter.ALL, false);
        List<String> found = new ArrayList<>();
        implementing(request -> {
            found.addAll(files(request.workspace().resolve(".tool/skills")));
            return new Reply(
                    dev.assay.agent.Ending.COMPLETED,
                    "done",
                    List.of(
                            opens("Skill", null, null, "schema"),
                            opens("Read", request.workspace() + "/.tool/skills/testing/SKILL.md", null, null),
                            opens("Bash", null, "ls .tool/skills; cat package.json", null)),
                    "work");
        });

        run.run();

        assertThat(found).containsExactly("backend", "deployment", "fix", "frontend", "schema", "setup", "testing");
        assertThat(stored)
                .singleElement()
                .asString()
                .contains("\"available\":[\"backend\",\"deployment\"")
                .endsWith("\"loaded\":[\"schema\",\"testing\"]}");
        assertThat(request(Phase.IMPLEMENT).prompt())
                .contains("## Notes at hand")
                .contains("- frontend: Pages and components on supabase-js");
        assertThat(folder.resolve("run/workspace/.tool")).doesNotExist();
    }

    @Test
    void should_lay_the_skill_of_the_phase_into_home_for_a_tool_that_looks_nowhere() throws Exception {
        run.skills = SkillsMode.ON_DEMAND;
        run.guidance = new Guidance(SKILLS, Filter.PHASE_MATCHED, false);
        List<String> found = new ArrayList<>();
        implementing(request -> {
            found.addAll(files(request.home().resolve("skills")));
            return new Reply(
                    dev.assay.agent.Ending.COMPLETED,
                    "done",
                    List.of(opens("Bash", null, "cat ~/skills/schema.md", null)),
                    "work");
        });

        run.run();

        assertThat(found).containsExactly("schema.md");
        assertThat(stored).singleElement().asString().endsWith("\"loaded\":[\"schema\"]}");
        assertThat(folder.resolve("run/home/skills")).doesNotExist();
    }

    @Test
    void should_not_write_through_a_link_that_an_agent_put_in_the_way() throws Exception {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        run.skills = SkillsMode.ON_DEMAND;
        run.skillsFolder = Optional.of(".tool/skills");
        run.guidance = new Guidance(SKILLS, Filter.PHASE_MATCHED, false);
        Path workspace = Files.createDirectories(folder.resolve("run/workspace"));
        Files.createSymbolicLink(workspace.resolve(".tool"), outside);

        assertThat(run.run().outcome()).isEqualTo(Outcome.PASSED);
        assertThat(files(outside)).isEmpty();
    }

    @Test
    void should_say_which_skill_file_is_missing_before_anything_runs() throws Exception {
        Files.writeString(folder.resolve("schema.md"), "# Schema");

        assertThatThrownBy(() -> Guidance.of(settings(Map.of("skills-source", folder.toString())), SkillsMode.PASSIVE))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("setup.md")
                .hasMessageNotContaining("schema.md")
                .hasMessageContaining("--skills-source");
        assertThatThrownBy(() -> Guidance.of(settings(Map.of("skills-filter", "phase")), SkillsMode.NONE))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("phase-matched, all");
    }

    @Test
    void should_ship_a_skill_for_each_phase_and_one_for_all() throws Exception {
        for (String name : List.of("all", "setup", "schema", "backend", "frontend", "testing", "deployment", "fix")) {
            Skill skill = Skill.read(name, Files.readString(SKILLS.resolve(name + ".md")));

            assertThat(skill.description()).as(name).isNotEqualTo(name).endsWith(".");
            assertThat(Skill.read(name, skill.file())).isEqualTo(skill);
            assertThat(skill.text().length()).as(name).isBetween(800, 5000);
            // general practice: nothing of what an experiment asks for
            assertThat(skill.text().toLowerCase(java.util.Locale.ROOT))
                    .as(name)
                    .doesNotContain("todo", "vite_supabase", "assay", "new todo", "x-signature");
        }
    }

    private Settings settings(Map<String, String> given) {
        return Settings.load(name -> Optional.ofNullable(given.get(name)), folder);
    }

    private static List<String> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static AgentEvent opens(
            String tool, @Nullable String path, @Nullable String command, @Nullable String skill) {
        return new AgentEvent.ToolStarted(
                tool,
                tool,
                CanonicalTool.TOOL_USE,
                JsonNodeFactory.instance.objectNode(),
                path,
                command,
                null,
                skill,
                null);
    }
}
