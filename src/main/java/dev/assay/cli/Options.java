package dev.assay.cli;

import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of a command, made from the one list of options so that nothing is said twice. */
final class Options {
    private Options() {}

    static void add(CommandSpec command, List<Option> options) {
        options.forEach(option -> command.addOption(spec(option)));
    }

    private static OptionSpec spec(Option option) {
        OptionSpec.Builder spec = OptionSpec.builder("--" + option.id())
                .paramLabel(option.kind().name())
                .description(option.description()
                        + option.defaultText().map(text -> " (" + text + ")").orElse(""));
        return switch (option.kind()) {
            case FLAG ->
                spec.type(Boolean.class).arity("0..1").fallbackValue("true").build();
            // by this, shells complete the names of files
            case PATH -> spec.type(Path.class).arity("1").build();
            default -> spec.type(String.class).arity("1").build();
        };
    }

    /** What the command line says, by option id. */
    static Map<String, String> given(CommandSpec command) {
        Map<String, String> given = new TreeMap<>();
        for (OptionSpec option : command.options()) {
            String id = option.longestName().replaceFirst("^--", "");
            @Nullable Object value = option.getValue();
            if (value != null && Option.of(id).isPresent()) {
                given.put(id, value.toString());
            }
        }
        return given;
    }

    /** The settings, with what the command line says first. */
    static Settings settings(Map<String, String> given) {
        return Settings.load(id -> Optional.ofNullable(given.get(id)), Path.of(""));
    }
}
