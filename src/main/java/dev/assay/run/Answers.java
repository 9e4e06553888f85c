package dev.assay.run;

import dev.assay.agent.AgentResult;
import dev.assay.experiment.BuildPhase;
import dev.assay.run.Plan.PlanStep;
import dev.assay.run.Verdict.Recommendation;
import dev.assay.run.Verdict.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Reads plans and verdicts out of answers. JSON only: no word is ever looked for in prose. */
final class Answers {
    /** A whole answer that is one fenced block; prose around it is not accepted. */
    private static final Pattern FENCED = Pattern.compile("\\A```(?:json)?\\s*\\n(.*)\\n```\\z", Pattern.DOTALL);

    private Answers() {}

    static JsonNode json(AgentResult result) throws MalformedAnswer {
        if (result.structured().isPresent()) {
            return result.structured().get();
        }
        String text = result.text().strip();
        if (text.isEmpty()) {
            throw new MalformedAnswer("there was no answer");
        }
        Matcher fenced = FENCED.matcher(text);
        try {
            JsonNode json = Schemas.JSON.readTree(fenced.matches() ? fenced.group(1) : text);
            if (!json.isObject()) {
                throw new MalformedAnswer("the answer is not a JSON object");
            }
            return json;
        } catch (JacksonException e) {
            throw new MalformedAnswer("the answer is not JSON: " + e.getOriginalMessage());
        }
    }

    static Plan plan(JsonNode json) throws MalformedAnswer {
        Schemas.requirePlan(json);
        return new Plan(steps(json.path("steps"), List.of()), json);
    }

    /**
     * Reads steps that are known to meet their schema.
     *
     * @param before ids of steps that come before them; a step that does not say what it needs, needs these and all
     *     earlier ones
     */
    static List<PlanStep> steps(JsonNode array, List<String> before) throws MalformedAnswer {
        List<PlanStep> steps = new ArrayList<>();
        List<String> earlier = new ArrayList<>(before);
        for (JsonNode step : array) {
            String id = step.path("id").asString();
            List<String> needs = step.has("needs") ? strings(step.path("needs")) : List.copyOf(earlier);
            if (steps.stream().anyMatch(other -> other.id().equals(id))) {
                throw new MalformedAnswer("two steps have the id \"" + id + "\"");
            }
            for (String need : needs) {
                if (!earlier.contains(need)) {
                    throw new MalformedAnswer("step \"" + id + "\" needs \"" + need + "\", which is no step before it");
                }
            }
            String phase = step.path("phase").asString();
            steps.add(new PlanStep(
                    id,
                    step.path("title").asString(),
                    step.path("description").asString(),
                    BuildPhase.of(phase).orElseThrow(() -> new MalformedAnswer("unknown phase \"" + phase + "\"")),
                    strings(step.path("acceptance_criteria")),
                    needs));
            earlier.add(id);
        }
        return List.copyOf(steps);
    }

    static Verdict verdict(JsonNode json) throws MalformedAnswer {
        Schemas.requireVerdict(json);
        Verdict verdict = new Verdict(
                Status.valueOf(json.path("status").asString()),
                Recommendation.valueOf(json.path("recommendation").asString()),
                strings(json.path("issues")),
                strings(json.path("deviations")),
                text(json, "query"),
                text(json, "command"),
                text(json, "reason"),
                json);
        if (verdict.complaint().isPresent()) {
            throw new MalformedAnswer(verdict.complaint().get());
        }
        return verdict;
    }

    private static Optional<String> text(JsonNode json, String name) {
        String text = json.path(name).asString("").strip();
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(item -> strings.add(item.asString()));
        return List.copyOf(strings);
    }
}
