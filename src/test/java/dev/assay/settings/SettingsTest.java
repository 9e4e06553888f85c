package dev.assay.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    @TempDir
    Path directory;

    private final Map<String, String> given = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> properties = new HashMap<>();

    @Test
    void should_name_option_value_and_origin_of_a_number_that_is_none() {
        environment.put("ASSAY_MAX_RETRIES", "many");

        assertThatThrownBy(() -> settings().number(Option.MAX_RETRIES))
                .isInstanceOf(UsageError.class)
                .hasMessage("Option 'max-retries' must be a whole number from 0,"
                        + " but environment ASSAY_MAX_RETRIES says 'many'.");
    }

    @Test
    void should_refuse_numbers_below_the_least() {
        given.put("repetitions", "0");
        given.put("max-retries", "-1");
        given.put("budget-usd", "-5");

        assertThatThrownBy(() -> settings().number(Option.REPETITIONS))
                .hasMessage("Option 'repetitions' must be a whole number from 1, but --repetitions says '0'.");
        assertThatThrownBy(() -> settings().number(Option.MAX_RETRIES)).isInstanceOf(UsageError.class);
        assertThatThrownBy(() -> settings().amount(Option.BUDGET_USD)).hasMessageContaining("an amount such as 5.00");
    }

    @Test
    void should_refuse_a_flag_that_is_neither_true_nor_false() {
        properties.put("offline", "perhaps");

        assertThatThrownBy(() -> settings().flag(Option.OFFLINE))
                .hasMessage("Option 'offline' must be true or false, but -Doffline says 'perhaps'.");
    }

    @Test
    void should_refuse_unknown_options_in_the_file_and_guess_what_was_meant() throws IOException {
        write("assay.yaml", "implementor: claude\n");

        assertThatThrownBy(this::settings)
                .isInstanceOf(UsageError.class)
                .hasMessage(directory.resolve("assay.yaml")
                        + ": there is no option 'implementor'. Did you mean 'implementer'?");
    }

    @Test
    void should_say_the_line_of_a_broken_or_doubled_file() throws IOException {
        write("assay.yaml", "planner: claude\nverifier: [claude\n");
        assertThatThrownBy(this::settings).isInstanceOf(UsageError.class).hasMessageContaining("assay.yaml:");

        write("assay.yaml", "planner: claude\nplanner: codex\n");
        assertThatThrownBy(this::settings)
                .hasMessageContaining("assay.yaml:2: ")
                .hasMessageContaining("planner");
    }

    @Test
    void should_refuse_a_broken_dotenv_file() throws IOException {
        write(".env", "ASSAY_PLANNER claude\n");

        assertThatThrownBy(this::settings).isInstanceOf(UsageError.class).hasMessageContaining("NAME=value");
    }

    @Test
    void should_take_the_first_place_that_says_something() throws IOException {
        write("assay.yaml", "implementer: from-file\n");
        assertThat(settings().text(Option.IMPLEMENTER)).contains("from-file");
        assertThat(settings().origin(Option.IMPLEMENTER)).isEqualTo("assay.yaml");
        assertThat(settings().outranksExperimentFile(Option.IMPLEMENTER)).isFalse();

        write(".env", "ASSAY_IMPLEMENTER=from-dotenv\n");
        assertThat(settings().text(Option.IMPLEMENTER)).contains("from-dotenv");
        assertThat(settings().origin(Option.IMPLEMENTER)).isEqualTo(".env ASSAY_IMPLEMENTER");
        assertThat(settings().outranksExperimentFile(Option.IMPLEMENTER)).isTrue();

        environment.put("ASSAY_IMPLEMENTER", "from-environment");
        assertThat(settings().text(Option.IMPLEMENTER)).contains("from-environment");

        properties.put("implementer", "from-property");
        assertThat(settings().text(Option.IMPLEMENTER)).contains("from-property");

        properties.put("assay.implementer", "from-own-property");
        assertThat(settings().text(Option.IMPLEMENTER)).contains("from-own-property");
        assertThat(settings().origin(Option.IMPLEMENTER)).isEqualTo("-Dassay.implementer");

        given.put("implementer", "from-line");
        assertThat(settings().text(Option.IMPLEMENTER)).contains("from-line");
        assertThat(settings().origin(Option.IMPLEMENTER)).isEqualTo("--implementer");
    }

    @Test
    void should_fall_back_to_the_default() {
        assertThat(settings().text(Option.IMPLEMENTER)).contains("auto");
        assertThat(settings().origin(Option.IMPLEMENTER)).isEqualTo("default");
        assertThat(settings().isGiven(Option.IMPLEMENTER)).isFalse();
        assertThat(settings().number(Option.MAX_RETRIES)).isEqualTo(2);
        assertThat(settings().flag(Option.OFFLINE)).isFalse();
        assertThat(settings().text(Option.PROMPT)).isEmpty();
        assertThat(settings().path(Option.EXPERIMENTS_DIR)).isEqualTo(directory.resolve("experiments"));
    }

    @Test
    void should_take_a_blank_value_for_nothing_but_for_true_of_a_flag() {
        given.put("planner", " ");
        environment.put("ASSAY_PLANNER", "claude");
        given.put("offline", "");

        assertThat(settings().text(Option.PLANNER)).contains("claude");
        assertThat(settings().flag(Option.OFFLINE)).isTrue();
    }

    @Test
    void should_split_lists_and_join_those_of_the_file() throws IOException {
        write("assay.yaml", "implementer: [claude/opus, codex]\nrepetitions: 3\noffline: true\n");

        assertThat(settings().list(Option.IMPLEMENTER)).containsExactly("claude/opus", "codex");
        assertThat(settings().number(Option.REPETITIONS)).isEqualTo(3);
        assertThat(settings().flag(Option.OFFLINE)).isTrue();
        assertThat(settings().list(Option.EXPERIMENT)).isEmpty();
    }

    @Test
    void should_explain_every_option_and_mask_secrets() {
        environment.put("ASSAY_STORE_URL", "jdbc:postgresql://example/x?password=hidden");
        given.put("planner", "codex");

        assertThat(settings().explain())
                .containsOnlyKeys(Option.ids())
                .containsEntry("planner", "codex  [--planner]")
                .containsEntry("store-url", "********  [environment ASSAY_STORE_URL]")
                .containsEntry("prompt", "(not set)  [default]");
    }

    @Test
    void should_follow_the_xdg_specification() {
        environment.put("HOME", "/home/ann");
        properties.put("user.home", "/elsewhere");
        assertThat(Directories.of(settings()))
                .isEqualTo(new Directories(Path.of("/home/ann/.local/share/assay"), Path.of("/home/ann/.cache/assay")));

        environment.put("XDG_DATA_HOME", "/data");
        environment.put("XDG_CACHE_HOME", "relative");
        given.put("cache-dir", "~/mine");
        assertThat(Directories.of(settings()))
                .isEqualTo(new Directories(Path.of("/data/assay"), Path.of("/home/ann/mine")));

        given.put("data-dir", "runs");
        assertThat(Directories.of(settings()).data()).isEqualTo(directory.resolve("runs"));
    }

    @Test
    void should_guess_only_what_is_near() {
        assertThat(NearestName.to("frobnicate", Option.ids())).isEmpty();
        assertThat(NearestName.to("verfier", Option.ids())).contains("verifier");
        assertThat(NearestName.to("exp", Option.ids())).contains("experiment");
        assertThat(NearestName.hint("zzzz", Option.ids())).isEmpty();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private Settings settings() {
        return new Settings(id -> Optional.ofNullable(given.get(id)), directory, environment, properties);
    }
}
