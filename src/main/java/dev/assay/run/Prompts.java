package dev.assay.run;

import dev.assay.experiment.Experiment;
import dev.assay.run.Plan.PlanStep;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the agents are told: the files under {@code prompts/}, with what belongs to the call filled in. */
final class Prompts {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)}");
    private static final int DIFF_LIMIT = 60_000;

    private final Experiment experiment;
    private final String lookingUp;

    /** @param encourageWebSearch whether agents are told to look things up */
    Prompts(Experiment experiment, boolean encourageWebSearch) {
        this.experiment = experiment;
        this.lookingUp =
                encourageWebSearch ? "\n" + fill("look-things-up", Map.of()).strip() + "\n" : "";
    }

    String plan() {
        return fill(
                "plan",
                Map.of(
                        "prompt",
                        experiment.prompt(),
                        "interface",
                        experiment.app().text(),
                        "lookingUp",
                        lookingUp,
                        "schema",
                        Schemas.PLAN_TEXT));
    }

    String implement(Plan plan, PlanStep step, List<String> findings) {
        String found = findings.isEmpty() ? "" : fill("findings", Map.of("findings", bullets(findings)));
        return fill(
                "implement",
                Map.of(
                        "prompt", experiment.prompt(),
                        "interface", experiment.app().text(),
                        "plan", outline(plan, step),
                        "stepTitle", step.title(),
                        "stepDescription", step.description(),
                        "criteria", bullets(step.acceptanceCriteria()),
                        "lookingUp", lookingUp,
                        "findings", found));
    }

    String verify(Plan plan, PlanStep step, String diff) {
        String shown = diff.isBlank() ? "Nothing." : "```diff\n" + cut(diff) + "\n```";
        return fill(
                "verify",
                Map.of(
                        "prompt", experiment.prompt(),
                        "interface", experiment.app().text(),
                        "plan", outline(plan, step),
                        "stepTitle", step.title(),
                        "stepDescription", step.description(),
                        "criteria", bullets(step.acceptanceCriteria()),
                        "diff", shown,
                        "schema", Schemas.VERDICT_TEXT,
                        "diagnostics", diagnostics()));
    }

    private String diagnostics() {
        return experiment.diagnostics().isEmpty()
                ? "none is offered here"
                : "one of: " + String.join(", ", experiment.diagnostics());
    }

    String research(PlanStep step, String query) {
        return fill(
                "research",
                Map.of(
                        "prompt", experiment.prompt(),
                        "stepTitle", step.title(),
                        "stepDescription", step.description(),
                        "query", query));
    }

    String replan(RunState state, PlanStep step, List<String> noticed) {
        String over = state.locked().stream()
                .map(locked -> "- " + locked.title() + " (" + locked.id() + "): "
                        + state.endOf(locked.id()).orElseThrow().words())
                .collect(Collectors.joining("\n"));
        String unfinished = state.endOf(step.id()).isPresent()
                ? ""
                : " It is under way: it comes first if it stays, with its id as it is, or it is left out.";
        return fill(
                "replan",
                Map.of(
                        "prompt",
                        experiment.prompt(),
                        "interface",
                        experiment.app().text(),
                        "over",
                        over.isEmpty() ? "None." : over,
                        "remaining",
                        Plan.of(state.remaining()).json().path("steps").toPrettyString(),
                        "stepTitle",
                        step.title(),
                        "unfinished",
                        unfinished,
                        "noticed",
                        noticed.isEmpty() ? "Nothing in particular." : bullets(noticed),
                        "schema",
                        Schemas.REPLAN_TEXT));
    }

    String fix(List<String> findings) {
        return fill(
                "fix",
                Map.of(
                        "prompt", experiment.prompt(),
                        "interface", experiment.app().text(),
                        "lookingUp", lookingUp,
                        "findings", bullets(findings)));
    }

    /** What is said of skills that are at hand as files. */
    static String skills(String list) {
        return "\n" + fill("skills", Map.of("skills", list));
    }

    /** The same question once more, with what was wrong with the answer. */
    static String again(String prompt, String complaint) {
        return fill("again", Map.of("prompt", prompt, "complaint", complaint));
    }

    private static String outline(Plan plan, PlanStep current) {
        return plan.steps().stream()
                .map(step -> "- " + step.title() + (step.id().equals(current.id()) ? " (this step)" : ""))
                .collect(Collectors.joining("\n"));
    }

    private static String bullets(List<String> lines) {
        return lines.stream()
                .map(line -> "- " + line.strip().replace("\n", "\n  "))
                .collect(Collectors.joining("\n"));
    }

    private static String cut(String diff) {
        return diff.length() <= DIFF_LIMIT
                ? diff
                : diff.substring(0, DIFF_LIMIT) + "\n… cut here; read the files for the rest";
    }

    private static String fill(String name, Map<String, String> values) {
        Matcher matcher = PLACEHOLDER.matcher(resource("/prompts/" + name + ".md"));
        return matcher.replaceAll(found -> {
            String value = values.get(found.group(1));
            return Matcher.quoteReplacement(value == null ? found.group() : value);
        });
    }

    static String resource(String path) {
        try (InputStream in = Prompts.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("resource " + path + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
