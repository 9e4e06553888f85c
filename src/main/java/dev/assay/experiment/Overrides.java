package dev.assay.experiment;

import dev.assay.settings.NearestName;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Lays the options over what an experiment file says. A single value replaces a list, a comma list replaces it by a
 * list; what an option says below the experiment file, in {@code assay.yaml}, counts only where the file says nothing.
 */
public final class Overrides {
    private static final java.util.regex.Pattern ROLE = java.util.regex.Pattern.compile("[a-z][a-z0-9-]*(/\\S+)?");

    private Overrides() {}

    /**
     * The experiment as the options want it.
     *
     * @throws UsageError when an option's value is none that can be meant
     */
    public static Experiment apply(Experiment experiment, Settings settings) {
        Optional<List<Role>> planners = roles(experiment, settings, Option.PLANNER);
        Optional<List<Role>> implementers = roles(experiment, settings, Option.IMPLEMENTER);
        Optional<List<Role>> verifiers = roles(experiment, settings, Option.VERIFIER);
        Optional<List<SkillsMode>> skills = skills(experiment, settings);
        List<Variant> variants = new ArrayList<>();
        for (Variant variant : experiment.variants()) {
            for (Role planner : planners.orElse(List.of(variant.planner()))) {
                for (Role implementer : implementers.orElse(List.of(variant.implementer()))) {
                    for (Role verifier : verifiers.orElse(List.of(variant.verifier()))) {
                        for (SkillsMode mode : skills.orElse(List.of(variant.skills()))) {
                            variants.add(new Variant(
                                    "",
                                    withModel(planner, settings),
                                    withModel(implementer, settings),
                                    withModel(verifier, settings),
                                    mode,
                                    variant.line()));
                        }
                    }
                }
            }
        }
        Limits limits = experiment.limits();
        if (counts(experiment, settings, Option.MAX_RETRIES, "/limits/retries")) {
            limits = new Limits(
                    settings.number(Option.MAX_RETRIES),
                    limits.resolutions(),
                    limits.plan(),
                    limits.agent(),
                    limits.tool(),
                    limits.check(),
                    limits.costUsd());
        }
        return new Experiment(
                experiment.name(),
                experiment.file(),
                experiment.base(),
                experiment.title(),
                experiment.prompt(),
                experiment.tags(),
                experiment.extensions(),
                limits,
                experiment.diagnostics(),
                experiment.app(),
                experiment.contract(),
                chosen(experiment, Matrix.named(variants), settings),
                counts(experiment, settings, Option.REPETITIONS, "/repetitions")
                        ? settings.number(Option.REPETITIONS)
                        : experiment.repetitions(),
                experiment.matrixFile(),
                pace(experiment, settings));
    }

    /**
     * The options that an experiment's file decides, since nobody says them in a place that comes before it: id and
     * value, in the order of {@link Option}.
     *
     * @param read as its file says it
     */
    public static Map<String, String> decidedByFile(Experiment read, Settings settings) {
        Map<Option, String> pointers = new EnumMap<>(Option.class);
        Map<Option, String> values = new EnumMap<>(Option.class);
        pointers.put(Option.PLANNER, "/matrix/planner");
        values.put(Option.PLANNER, joined(read, Variant::planner));
        pointers.put(Option.IMPLEMENTER, "/matrix/implementer");
        values.put(Option.IMPLEMENTER, joined(read, Variant::implementer));
        pointers.put(Option.VERIFIER, "/matrix/verifier");
        values.put(Option.VERIFIER, joined(read, Variant::verifier));
        pointers.put(Option.SKILLS_MODE, "/matrix/skills");
        values.put(Option.SKILLS_MODE, joined(read, variant -> variant.skills().id()));
        pointers.put(Option.MAX_RETRIES, "/limits/retries");
        values.put(Option.MAX_RETRIES, String.valueOf(read.limits().retries()));
        pointers.put(Option.REPETITIONS, "/repetitions");
        values.put(Option.REPETITIONS, String.valueOf(read.repetitions()));
        pointers.put(Option.PARALLELISM, "/parallelism");
        values.put(Option.PARALLELISM, String.valueOf(read.pace().parallelism()));
        pointers.put(Option.FAIL_FAST, "/fail-fast");
        values.put(Option.FAIL_FAST, String.valueOf(read.pace().failFast()));
        pointers.put(Option.STOP_EARLY, "/stop-early");
        values.put(
                Option.STOP_EARLY, read.pace().stopEarly().map(Question::text).orElse(Question.NONE));
        Map<String, String> decided = new LinkedHashMap<>();
        pointers.forEach((option, pointer) -> {
            if (!settings.outranksExperimentFile(option) && ExperimentFiles.says(read, pointer)) {
                decided.put(option.id(), String.valueOf(values.get(option)));
            }
        });
        return decided;
    }

    private static String joined(Experiment read, Function<Variant, Object> part) {
        return read.variants().stream()
                .map(part)
                .map(String::valueOf)
                .distinct()
                .collect(Collectors.joining(","));
    }

    private static Pace pace(Experiment experiment, Settings settings) {
        Pace said = experiment.pace();
        return new Pace(
                counts(experiment, settings, Option.PARALLELISM, "/parallelism")
                        ? settings.number(Option.PARALLELISM)
                        : said.parallelism(),
                counts(experiment, settings, Option.FAIL_FAST, "/fail-fast")
                        ? settings.flag(Option.FAIL_FAST)
                        : said.failFast(),
                counts(experiment, settings, Option.STOP_EARLY, "/stop-early") ? question(settings) : said.stopEarly());
    }

    private static Optional<Question> question(Settings settings) {
        try {
            return Question.parse(settings.text(Option.STOP_EARLY).orElse(Question.NONE));
        } catch (IllegalArgumentException e) {
            throw new UsageError(
                    "Option 'stop-early' must be a rate such as 80% or 0.8, 'best', or 'off', but "
                            + settings.origin(Option.STOP_EARLY) + " says: " + e.getMessage() + ".",
                    e);
        }
    }

    /** The variants that the options leave; never none, so that a slip cannot pass for a success. */
    private static List<Variant> chosen(Experiment experiment, List<Variant> variants, Settings settings) {
        List<Variant> chosen = new ArrayList<>(variants);
        if (!settings.list(Option.INCLUDE_VARIANTS).isEmpty()) {
            List<Variant> wanted = named(experiment, variants, settings, Option.INCLUDE_VARIANTS);
            chosen.retainAll(wanted);
        }
        chosen.removeAll(named(experiment, variants, settings, Option.EXCLUDE_VARIANTS));
        if (chosen.isEmpty()) {
            throw new UsageError("Options 'include-variants' (" + settings.origin(Option.INCLUDE_VARIANTS)
                    + ") and 'exclude-variants' (" + settings.origin(Option.EXCLUDE_VARIANTS) + ") leave no variant of "
                    + experiment.name() + "; it has: " + ids(variants) + ".");
        }
        return List.copyOf(chosen);
    }

    private static List<Variant> named(
            Experiment experiment, List<Variant> variants, Settings settings, Option option) {
        List<Variant> named = new ArrayList<>();
        for (String wanted : settings.list(option)) {
            List<Variant> found = variants.stream()
                    .filter(variant -> Glob.matches(wanted, variant.id()))
                    .toList();
            if (found.isEmpty()) {
                throw new UsageError("Option '" + option.id() + "' must name variants of " + experiment.name()
                        + ", but "
                        + settings.origin(option) + " says '" + wanted + "'; it has: " + ids(variants) + "."
                        + NearestName.hint(
                                wanted, variants.stream().map(Variant::id).toList()));
            }
            named.addAll(found);
        }
        return named;
    }

    private static String ids(List<Variant> variants) {
        return variants.stream().map(Variant::id).collect(Collectors.joining(", "));
    }

    /** The role with the model that {@code claude-model} or {@code cursor-model} names, where it names none itself. */
    public static Role withModel(Role role, Settings settings) {
        if (role.model().isPresent()) {
            return role;
        }
        return switch (role.tool()) {
            case "claude" -> new Role(role.tool(), settings.text(Option.CLAUDE_MODEL));
            case "cursor" -> new Role(role.tool(), settings.text(Option.CURSOR_MODEL));
            default -> role;
        };
    }

    private static boolean counts(Experiment experiment, Settings settings, Option option, String pointer) {
        return settings.outranksExperimentFile(option)
                || (settings.isGiven(option) && !ExperimentFiles.says(experiment, pointer));
    }

    private static Optional<List<Role>> roles(Experiment experiment, Settings settings, Option option) {
        if (!counts(experiment, settings, option, "/matrix/" + option.id())) {
            return Optional.empty();
        }
        List<String> texts = settings.list(option);
        for (String text : texts.isEmpty() ? List.of("") : texts) {
            if (!ROLE.matcher(text).matches()) {
                throw new UsageError("Option '" + option.id() + "' must be tool or tool/model, such as claude or"
                        + " claude/opus, but " + settings.origin(option) + " says '" + text + "'.");
            }
        }
        return Optional.of(texts.stream().map(Role::parse).toList());
    }

    private static Optional<List<SkillsMode>> skills(Experiment experiment, Settings settings) {
        if (!counts(experiment, settings, Option.SKILLS_MODE, "/matrix/skills")) {
            return Optional.empty();
        }
        List<String> known =
                Arrays.stream(SkillsMode.values()).map(SkillsMode::id).toList();
        List<SkillsMode> modes = new ArrayList<>();
        for (String text : settings.list(Option.SKILLS_MODE)) {
            if (!known.contains(text)) {
                throw new UsageError("Option 'skills-mode' must be one of " + String.join(", ", known) + ", but "
                        + settings.origin(Option.SKILLS_MODE) + " says '" + text + "'."
                        + NearestName.hint(text, known));
            }
            modes.add(SkillsMode.values()[known.indexOf(text)]);
        }
        return modes.isEmpty() ? Optional.empty() : Optional.of(modes);
    }
}
