package dev.assay.settings;

import io.github.cdimascio.dotenv.Dotenv;
import io.github.cdimascio.dotenv.DotenvException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * What was said of each option, and where.
 *
 * <p>The first of these that says something wins: the command line or JUnit configuration parameters, a system property
 * {@code assay.ID} or {@code ID}, the environment variable {@code ASSAY_ID}, the same name in {@code .env}, the
 * experiment file (merged where it is read, see {@link #outranksExperimentFile}), {@code assay.yaml}, the default.
 * A blank value says nothing, but for flags, where it means true.
 */
public final class Settings {
    private static final String DEFAULT = "default";
    private static final String FILE = "assay.yaml";

    private final Map<Option, Value> values;
    private final Map<String, String> environment;
    private final Map<String, String> properties;
    private final Path directory;

    private record Value(String text, String origin, boolean outranksExperimentFile) {}

    /**
     * Looks at every place there is.
     *
     * @param given what the command line or JUnit's configuration parameters say, by option id
     * @param directory where {@code .env} and {@code assay.yaml} may be, and what relative paths start from
     * @throws UsageError when one of the two files cannot be read or names an option that does not exist
     */
    public static Settings load(Function<String, Optional<String>> given, Path directory) {
        Map<String, String> properties = new HashMap<>();
        System.getProperties().stringPropertyNames().forEach(name -> {
            @Nullable String value = System.getProperty(name);
            if (value != null) {
                properties.put(name, value);
            }
        });
        return new Settings(given, directory, System.getenv(), properties);
    }

    Settings(
            Function<String, Optional<String>> given,
            Path directory,
            Map<String, String> environment,
            Map<String, String> properties) {
        this.environment = Map.copyOf(environment);
        this.properties = Map.copyOf(properties);
        this.directory = directory.toAbsolutePath().normalize();
        Map<String, String> dotenv = dotenv(this.directory);
        Map<String, String> file = file(this.directory.resolve(FILE));
        Map<Option, Value> found = new EnumMap<>(Option.class);
        for (Option option : Option.values()) {
            first(
                            option,
                            given(option, given),
                            property(option, "assay." + option.id()),
                            property(option, option.id()),
                            said(option, environment.get(option.variable()), "environment " + option.variable(), true),
                            said(option, dotenv.get(option.variable()), ".env " + option.variable(), true),
                            older(option, environment, "environment "),
                            older(option, dotenv, ".env "),
                            said(option, file.get(option.id()), FILE, false))
                    .ifPresent(value -> found.put(option, value));
        }
        this.values = found;
    }

    /** JUnit's configuration parameters hold the system properties too: those are what they are. */
    private @Nullable Value given(Option option, Function<String, Optional<String>> given) {
        @Nullable String text = given.apply(option.id()).orElse(null);
        boolean property = text != null && text.equals(properties.get(option.id()));
        return said(option, text, (property ? "-D" : "--") + option.id(), true);
    }

    private static @Nullable Value older(Option option, Map<String, String> place, String where) {
        return option.olderVariable()
                .map(name -> said(option, place.get(name), where + name, true))
                .orElse(null);
    }

    private @Nullable Value property(Option option, String name) {
        return said(option, properties.get(name), "-D" + name, true);
    }

    private static @Nullable Value said(Option option, @Nullable String text, String origin, boolean outranks) {
        if (text == null || (text.isBlank() && option.kind() != Option.Kind.FLAG)) {
            return null;
        }
        return new Value(text.strip(), origin, outranks);
    }

    private static Optional<Value> first(Option option, @Nullable Value... candidates) {
        for (@Nullable Value candidate : candidates) {
            if (candidate != null) {
                return Optional.of(candidate);
            }
        }
        return option.defaultText().map(text -> new Value(text, DEFAULT, false));
    }

    private static Map<String, String> dotenv(Path directory) {
        if (!Files.isRegularFile(directory.resolve(".env"))) {
            return Map.of();
        }
        try {
            return Dotenv.configure()
                    .directory(directory.toString())
                    .load()
                    .entries(Dotenv.Filter.DECLARED_IN_ENV_FILE)
                    .stream()
                    .collect(Collectors.toMap(entry -> entry.getKey(), entry -> entry.getValue(), (old, last) -> last));
        } catch (DotenvException e) {
            throw new UsageError(
                    directory.resolve(".env") + " cannot be read: " + e.getMessage()
                            + ". Each line must be NAME=value, a comment or empty.",
                    e);
        }
    }

    private static Map<String, String> file(Path file) {
        if (!Files.isRegularFile(file)) {
            return Map.of();
        }
        JsonNode root;
        try {
            root = YAMLMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build()
                    .readTree(file);
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            throw new UsageError(file + ":" + line + ": cannot be read: " + e.getOriginalMessage(), e);
        }
        if (root.isMissingNode() || root.isNull()) {
            return Map.of();
        }
        if (!root.isObject()) {
            throw new UsageError(file + ": must be a mapping of option to value, such as 'implementer: claude'");
        }
        Map<String, String> said = new LinkedHashMap<>();
        root.properties().forEach(entry -> {
            String key = entry.getKey();
            Option option = Option.of(key)
                    .orElseThrow(() -> new UsageError(
                            file + ": there is no option '" + key + "'." + NearestName.hint(key, Option.ids())));
            if (!entry.getValue().isNull()) {
                said.put(option.id(), text(file, key, entry.getValue()));
            }
        });
        return said;
    }

    private static String text(Path file, String key, JsonNode value) {
        if (value.isObject()) {
            throw new UsageError(file + ": '" + key + "' must be a value or a list of values, found a mapping");
        }
        if (!value.isArray()) {
            return value.asString();
        }
        return value.valueStream().map(item -> text(file, key, item)).collect(Collectors.joining(","));
    }

    /** The value as text; empty when nobody said anything and there is no default. */
    public Optional<String> text(Option option) {
        return Optional.ofNullable(values.get(option)).map(Value::text);
    }

    /**
     * Whether a flag is set: {@code true} or nothing behind it.
     *
     * @throws UsageError when it says anything but true or false
     */
    public boolean flag(Option option) {
        String text = text(option).orElse("false");
        if (text.isEmpty() || text.equalsIgnoreCase("true")) {
            return true;
        }
        if (text.equalsIgnoreCase("false")) {
            return false;
        }
        throw wrong(option, "true or false", text, null);
    }

    /**
     * A whole number; 0 or more, and 1 or more for a {@link Option.Kind#COUNT}.
     *
     * @throws UsageError when it is no such number
     */
    public int number(Option option) {
        int least = option.kind() == Option.Kind.COUNT ? 1 : 0;
        String expected = "a whole number from " + least;
        String text = text(option)
                .orElseThrow(() -> new UsageError(
                        "Option '" + option.id() + "' has no value and no default: give " + expected + "."));
        int number;
        try {
            number = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw wrong(option, expected, text, e);
        }
        if (number < least) {
            throw wrong(option, expected, text, null);
        }
        return number;
    }

    /**
     * A decimal number from 0; empty when nobody said one.
     *
     * @throws UsageError when it is no such number
     */
    public Optional<BigDecimal> amount(Option option) {
        return text(option).map(text -> {
            BigDecimal amount;
            try {
                amount = new BigDecimal(text);
            } catch (NumberFormatException e) {
                throw wrong(option, "an amount such as 5.00", text, e);
            }
            if (amount.signum() < 0) {
                throw wrong(option, "an amount such as 5.00", text, null);
            }
            return amount;
        });
    }

    /** The parts of a comma list, blanks around them cut off; empty when nobody said anything. */
    public List<String> list(Option option) {
        return text(option).stream()
                .flatMap(text -> Arrays.stream(text.split(",", -1)))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    /**
     * An absolute path; a relative one starts from the directory, {@code ~/} from the home directory.
     *
     * @throws UsageError when there is no value, or it can be no path
     */
    public Path path(Option option) {
        String text = text(option)
                .orElseThrow(
                        () -> new UsageError("Option '" + option.id() + "' has no value and no default: give a path."));
        try {
            return text.startsWith("~/")
                    ? home().resolve(text.substring(2)).normalize()
                    : directory.resolve(text).normalize();
        } catch (java.nio.file.InvalidPathException e) {
            throw wrong(option, "a path", text, e);
        }
    }

    /** Where the value came from: {@code --id}, {@code -Did}, {@code environment ASSAY_ID}, …, {@code default}. */
    public String origin(Option option) {
        return Optional.ofNullable(values.get(option)).map(Value::origin).orElse(DEFAULT);
    }

    /** Whether somebody said the value, wherever: it is not the default. */
    public boolean isGiven(Option option) {
        return !origin(option).equals(DEFAULT);
    }

    /** Whether the value was said in a place that comes before the experiment file. */
    public boolean outranksExperimentFile(Option option) {
        return Optional.ofNullable(values.get(option))
                .map(Value::outranksExperimentFile)
                .orElse(false);
    }

    /**
     * Refuses what this version cannot do, so that nobody believes that it was done.
     *
     * @throws UsageError when such an option is given, or such a target
     */
    public void requireServed() {
        for (Option option : Option.values()) {
            if (!option.served() && isGiven(option)) {
                throw new UsageError("This version cannot do what option '" + option.id() + "' says (" + origin(option)
                        + "): " + option.description() + ". Leave it out.");
            }
        }
        String target = text(Option.TARGET).orElse("embedded");
        if (!target.equals("embedded")) {
            throw new UsageError("This version builds on the target 'embedded' alone, but " + origin(Option.TARGET)
                    + " says '" + target + "'. Leave the option 'target' out.");
        }
    }

    /** Each option id with its value and origin, for people; secrets are masked. In the order of {@link Option}. */
    public Map<String, String> explain() {
        Map<String, String> lines = new LinkedHashMap<>();
        for (Option option : Option.values()) {
            String shown = text(option)
                    .map(text -> option.secret() ? "********" : text)
                    .orElse("(not set)");
            lines.put(option.id(), shown + "  [" + origin(option) + "]");
        }
        return lines;
    }

    /** Where {@code .env} and {@code assay.yaml} were looked for. */
    public Path directory() {
        return directory;
    }

    /** A variable of the environment that is no option, such as {@code XDG_DATA_HOME}; empty when blank. */
    Optional<String> environment(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    /** The user's home directory. HOME first: the JVM takes user.home from the password file. */
    Path home() {
        return Path.of(environment("HOME").orElseGet(() -> properties.getOrDefault("user.home", "")))
                .toAbsolutePath();
    }

    private UsageError wrong(Option option, String expected, String found, @Nullable Throwable cause) {
        String shown = option.secret() ? "a secret that is not" : "'" + found + "'";
        String message =
                "Option '" + option.id() + "' must be " + expected + ", but " + origin(option) + " says " + shown + ".";
        return cause == null ? new UsageError(message) : new UsageError(message, cause);
    }
}
