package dev.assay.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every option in every way that there is to say it: an option that is added without a way fails here. */
class OptionWaysTest {
    @TempDir
    Path directory;

    private final Map<String, String> given = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> properties = new HashMap<>();
    private String dotenv = "";
    private String file = "";

    /** The ways, the strongest first; the experiment file, which not every option has, is in MatrixTest. */
    enum Way {
        COMMAND_LINE("--%s") {
            @Override
            void say(OptionWaysTest test, Option option, String value) {
                test.given.put(option.id(), value);
            }
        },
        OWN_PROPERTY("-Dassay.%s") {
            @Override
            void say(OptionWaysTest test, Option option, String value) {
                test.properties.put("assay." + option.id(), value);
            }
        },
        PROPERTY("-D%s") {
            @Override
            void say(OptionWaysTest test, Option option, String value) {
                test.properties.put(option.id(), value);
            }
        },
        ENVIRONMENT("environment %s") {
            @Override
            void say(OptionWaysTest test, Option option, String value) {
                test.environment.put(option.variable(), value);
            }
        },
        DOTENV(".env %s") {
            @Override
            void say(OptionWaysTest test, Option option, String value) {
                test.dotenv = option.variable() + "=" + value + "\n";
            }
        },
        FILE("assay.yaml") {
            @Override
            void say(OptionWaysTest test, Option option, String value) {
                test.file = option.id() + ": \"" + value + "\"\n";
            }
        };

        private final String origin;

        Way(String origin) {
            this.origin = origin;
        }

        abstract void say(OptionWaysTest test, Option option, String value);

        String origin(Option option) {
            return origin.formatted(this == ENVIRONMENT || this == DOTENV ? option.variable() : option.id());
        }
    }

    static Stream<Arguments> optionsAndWays() {
        return Arrays.stream(Option.values())
                .flatMap(option -> Arrays.stream(Way.values()).map(way -> Arguments.of(option, way)));
    }

    @ParameterizedTest
    @MethodSource("optionsAndWays")
    void should_hear_the_option_and_explain_where_it_was_said(Option option, Way way) {
        way.say(this, option, "7");

        Settings settings = settings();

        assertThat(settings.text(option)).contains("7");
        assertThat(settings.origin(option)).isEqualTo(way.origin(option));
        assertThat(settings.isGiven(option)).isTrue();
        assertThat(settings.outranksExperimentFile(option)).isEqualTo(way != Way.FILE);
        assertThat(settings.explain().get(option.id()))
                .isEqualTo((option.secret() ? "********" : "7") + "  [" + way.origin(option) + "]");
    }

    @ParameterizedTest
    @EnumSource(Option.class)
    void should_take_the_strongest_way_that_says_something_and_the_default_where_none_does(Option option) {
        assertThat(settings().text(option)).isEqualTo(option.defaultText());
        assertThat(settings().origin(option)).isEqualTo("default");

        List<Way> weakestFirst = Stream.of(Way.values())
                .sorted(java.util.Comparator.reverseOrder())
                .toList();
        for (Way way : weakestFirst) {
            way.say(this, option, "said-by-" + way);

            assertThat(settings().text(option)).contains("said-by-" + way);
        }
    }

    @Test
    void should_call_a_system_property_so_where_junit_hands_it_over_too() {
        given.put("max-retries", "many");
        properties.put("max-retries", "many");

        assertThatThrownBy(() -> settings().number(Option.MAX_RETRIES))
                .hasMessageContaining("-Dmax-retries says 'many'");
    }

    @ParameterizedTest
    @EnumSource(Option.class)
    void should_hear_the_names_of_older_tools_where_no_newer_one_is_said(Option option) {
        if (option.olderVariable().isEmpty()) {
            return;
        }
        String older = option.olderVariable().get();
        dotenv = older + "=from-older-dotenv\n";
        assertThat(settings().text(option)).contains("from-older-dotenv");
        environment.put(older, "from-older");
        assertThat(settings().text(option)).contains("from-older");
        assertThat(settings().origin(option)).isEqualTo("environment " + older);
        dotenv = option.variable() + "=from-newer\n";
        assertThat(settings().text(option)).contains("from-newer");
    }

    @Test
    void should_take_the_log_project_of_older_tools_for_nothing() {
        environment.put("SUPABASE_URL", "https://log.example");
        environment.put("SUPABASE_KEY", "secret");
        environment.put("SUPABASE_ANON_KEY", "secret");

        Settings settings = settings();

        settings.requireServed();
        assertThat(settings.explain().values())
                .noneSatisfy(line -> assertThat(line).contains("environment"));
    }

    @ParameterizedTest
    @EnumSource(Option.class)
    void should_refuse_what_it_cannot_do_instead_of_passing_it_over(Option option) {
        String value = option.defaultText().orElse("7");
        given.put(option.id(), value);

        if (option.served()) {
            settings().requireServed();
            assertThat(option.description()).doesNotContain("not in this version");
        } else {
            assertThatThrownBy(() -> settings().requireServed())
                    .isInstanceOf(UsageError.class)
                    .hasMessageContaining("'" + option.id() + "'")
                    .hasMessageContaining("--" + option.id());
        }
    }

    @Test
    void should_refuse_a_target_that_it_does_not_have() {
        environment.put("ASSAY_TARGET", "hosted");

        assertThatThrownBy(() -> settings().requireServed())
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("environment ASSAY_TARGET says 'hosted'");
    }

    @Test
    void should_do_something_with_every_option_that_is_served() throws IOException {
        Set<String> used = new TreeSet<>();
        Pattern name = Pattern.compile("Option\\.([A-Z_]+)");
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source : sources.filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> !path.endsWith("Option.java"))
                    .filter(path -> !path.endsWith("Settings.java"))
                    .toList()) {
                Matcher found = name.matcher(Files.readString(source));
                while (found.find()) {
                    used.add(found.group(1));
                }
            }
        }
        for (Option option : Option.values()) {
            boolean endpoint = option.id().endsWith("-base-url"); // asked for by the name of the tool
            boolean ofAnalyses = option == Option.SOURCE || option == Option.MIXED;
            if (option.served() && !endpoint && !ofAnalyses && option != Option.TARGET) {
                assertThat(used).contains(option.name());
            }
        }
    }

    @Test
    void should_show_in_the_example_what_can_be_said_and_every_older_name() throws IOException {
        String example = Files.readString(Path.of(".env.example"));
        List<String> variables = Arrays.stream(Option.values())
                .filter(Option::served)
                .map(Option::variable)
                .toList();

        Matcher line = Pattern.compile("(?m)^#?(ASSAY_\\w+)=").matcher(example);
        while (line.find()) {
            assertThat(variables).contains(line.group(1));
        }
        for (Option option : Option.values()) {
            option.olderVariable().ifPresent(name -> assertThat(example).contains(name));
        }
        assertThat(example).contains("SUPABASE_URL and SUPABASE_KEY");
    }

    private Settings settings() {
        try {
            Files.writeString(directory.resolve(".env"), dotenv);
            Files.writeString(directory.resolve("assay.yaml"), file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Settings(id -> Optional.ofNullable(given.get(id)), directory, environment, properties);
    }
}
