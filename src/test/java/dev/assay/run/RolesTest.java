package dev.assay.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentTool;
import dev.assay.experiment.AppInterface;
import dev.assay.experiment.Contract;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Limits;
import dev.assay.experiment.Role;
import dev.assay.experiment.SkillsMode;
import dev.assay.experiment.Variant;
import dev.assay.settings.UsageError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RolesTest {
    @TempDir
    private Path folder;

    private final Map<String, AgentTool> tools = new LinkedHashMap<>();
    private final List<String> asked = new ArrayList<>();

    @BeforeEach
    void makeExperiment() throws IOException {
        add("recorded", true, true, true);
        add("nop", true, true, true);
        Files.createDirectories(folder.resolve("todo/recording"));
    }

    @Test
    void should_refuse_a_tool_that_nobody_knows() {
        add("claude", false, true, true);

        assertThatThrownBy(() -> resolve("claud", "nop", "nop"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("The planner is \"claud\"")
                .hasMessageContaining("auto, claude, nop, recorded")
                .hasMessageContaining("Did you mean 'claude'?");
    }

    @Test
    void should_say_how_to_install_a_named_tool_that_is_not_there() {
        add("claude", false, false, false);

        assertThatThrownBy(() -> resolve("nop", "claude/opus", "nop"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("The implementer is \"claude\", which is not installed")
                .hasMessageContaining("install claude");
        assertThat(asked).isEmpty();
    }

    @Test
    void should_refuse_to_mix_the_oracle_with_a_named_tool() {
        add("claude", false, true, true);

        assertThatThrownBy(() -> resolve("auto", "claude", "recorded"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("cannot work together with implementer=claude")
                .hasMessageContaining("Nobody is named as planner")
                .hasMessageContaining("cursor cannot be driven yet");
        assertThatThrownBy(() -> resolve("recorded", "claude", "recorded")).isInstanceOf(UsageError.class);
    }

    @Test
    void should_refuse_auto_where_there_is_no_recording() throws IOException {
        Files.delete(folder.resolve("todo/recording"));

        assertThatThrownBy(() -> resolve("auto", "nop", "auto"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("is missing")
                .hasMessageContaining("planner and verifier");
    }

    @Test
    void should_take_the_oracle_and_ask_nobody_where_one_of_the_tools_is_missing() throws Exception {
        add("claude", false, true, true);
        add("cursor", false, false, false);

        Variant variant = resolve("auto", "auto", "auto");

        assertThat(variant.planner()).isEqualTo(Role.parse("recorded"));
        assertThat(variant.implementer()).isEqualTo(Role.parse("recorded"));
        assertThat(roles().builtIn(variant)).isTrue();
        assertThat(asked).isEmpty();
    }

    @Test
    void should_take_the_oracle_where_one_of_the_tools_is_not_signed_in() throws Exception {
        add("claude", false, true, true);
        add("cursor", false, true, false);

        Variant variant = resolve("auto", "nop", "auto");

        assertThat(variant.planner()).isEqualTo(Role.parse("recorded"));
        assertThat(variant.implementer()).isEqualTo(Role.parse("nop"));
        assertThat(asked).containsExactly("claude", "cursor");
    }

    @Test
    void should_take_the_tools_where_all_are_signed_in() throws Exception {
        add("claude", false, true, true);
        add("cursor", false, true, true);

        Variant variant = resolve("auto", "auto", "auto");

        assertThat(variant.planner()).isEqualTo(Role.parse("claude/named"));
        assertThat(variant.implementer()).isEqualTo(Role.parse("cursor"));
        assertThat(variant.verifier()).isEqualTo(Role.parse("claude/named"));
        assertThat(variant.id()).isEqualTo("claude-named+cursor");
        assertThat(roles().builtIn(variant)).isFalse();
    }

    @Test
    void should_never_ask_a_tool_that_was_named() throws Exception {
        add("claude", false, true, false);

        assertThat(resolve("claude", "claude/opus", "nop").implementer()).isEqualTo(Role.parse("claude/opus"));
        assertThat(asked).isEmpty();
    }

    private Variant resolve(String planner, String implementer, String verifier) throws InterruptedException {
        return roles().resolve(
                        experiment(),
                        new Variant(
                                "v",
                                Role.parse(planner),
                                Role.parse(implementer),
                                Role.parse(verifier),
                                SkillsMode.NONE,
                                1));
    }

    private Roles roles() {
        return new Roles(
                tools,
                "claude",
                "cursor",
                role -> role.tool().equals("claude") ? new Role("claude", Optional.of("named")) : role);
    }

    private void add(String name, boolean builtIn, boolean installed, boolean signedIn) {
        tools.put(name, new Fake(name, builtIn, installed, signedIn));
    }

    private Experiment experiment() {
        return new Experiment(
                "todo",
                folder.resolve("todo.yaml"),
                "todo",
                "Todo",
                "Build something",
                List.of(),
                List.of(),
                Limits.DEFAULT,
                List.of(),
                new AppInterface("true", "true", "true", List.of(), "a page", "install: true"),
                new Contract("own", Map.of(), List.of(), List.of(), List.of(), Optional.empty()),
                List.of(),
                1,
                false);
    }

    private final class Fake implements AgentTool {
        private final String name;
        private final boolean builtIn;
        private final boolean installed;
        private final boolean signedIn;

        Fake(String name, boolean builtIn, boolean installed, boolean signedIn) {
            this.name = name;
            this.builtIn = builtIn;
            this.installed = installed;
            this.signedIn = signedIn;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Set<Capability> capabilities() {
            return Set.of();
        }

        @Override
        public Agent agentFor(Experiment of) {
            throw new AssertionError("nobody is to work here");
        }

        @Override
        public boolean builtIn() {
            return builtIn;
        }

        @Override
        public boolean installed() {
            return installed;
        }

        @Override
        public boolean signedIn() {
            asked.add(name);
            return signedIn;
        }

        @Override
        public String install() {
            return "install " + name;
        }
    }
}
