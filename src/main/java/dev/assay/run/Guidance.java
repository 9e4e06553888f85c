package dev.assay.run;

import dev.assay.experiment.BuildPhase;
import dev.assay.experiment.SkillsMode;
import dev.assay.settings.NearestName;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What agents are given beside their task.
 *
 * @param skills the folder of the skill files
 * @param filter which of them a step gets
 * @param encourageWebSearch whether they are told to look things up
 */
public record Guidance(Path skills, Filter filter, boolean encourageWebSearch) {

    /**
     * As the options want it.
     *
     * @throws UsageError where an option says what cannot be meant, or the skills of that mode are not there
     */
    public static Guidance of(Settings settings, SkillsMode mode) {
        List<String> known = Arrays.stream(Filter.values()).map(Filter::id).toList();
        String wanted = settings.text(Option.SKILLS_FILTER).orElse(Filter.PHASE_MATCHED.id());
        if (!known.contains(wanted)) {
            throw new UsageError("Option 'skills-filter' must be one of " + String.join(", ", known) + ", but "
                    + settings.origin(Option.SKILLS_FILTER) + " says '" + wanted + "'."
                    + NearestName.hint(wanted, known));
        }
        Filter filter = Filter.values()[known.indexOf(wanted)];
        return new Guidance(settings.path(Option.SKILLS_SOURCE), filter, settings.flag(Option.ENCOURAGE_WEB_SEARCH))
                .required(mode);
    }

    /**
     * The same, where the skills of that mode are there.
     *
     * @throws UsageError where they are not
     */
    public Guidance required(SkillsMode mode) {
        if (mode != SkillsMode.NONE) {
            requireFiles(skills, mode, filter);
        }
        return this;
    }

    private static void requireFiles(Path folder, SkillsMode mode, Filter filter) {
        List<String> names = new ArrayList<>();
        if (filter == Filter.ALL && mode == SkillsMode.PASSIVE) {
            names.add("all");
        } else {
            Arrays.stream(BuildPhase.values()).map(BuildPhase::id).forEach(names::add);
        }
        List<String> missing = names.stream()
                .map(name -> name + ".md")
                .filter(file -> !Files.isReadable(folder.resolve(file)))
                .toList();
        if (!missing.isEmpty()) {
            throw new UsageError("The skills mode is " + mode.id() + ", but " + folder + " does not hold "
                    + String.join(", ", missing) + ". Add the files, name another folder with --skills-source, or use"
                    + " --skills-mode none.");
        }
    }

    /** Which skills a step gets. */
    public enum Filter {
        /** The one of its build phase. */
        PHASE_MATCHED("phase-matched"),
        /** All there are: in a system prompt {@code all.md}, as files every one. */
        ALL("all");

        private final String id;

        Filter(String id) {
            this.id = id;
        }

        /** As it is written in the option. */
        public String id() {
            return id;
        }
    }
}
