package dev.assay.run;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The published schemas of what agents answer. */
final class Schemas {
    static final String PLAN_TEXT = Prompts.resource("/schemas/plan.schema.json");
    static final String VERDICT_TEXT = Prompts.resource("/schemas/verdict.schema.json");
    static final String REPLAN_TEXT = Prompts.resource("/schemas/replan.schema.json");
    static final JsonMapper JSON = new JsonMapper();
    static final JsonNode PLAN = JSON.readTree(PLAN_TEXT);
    static final JsonNode VERDICT = JSON.readTree(VERDICT_TEXT);
    static final JsonNode REPLAN = JSON.readTree(REPLAN_TEXT);

    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private static final Schema PLAN_SCHEMA = REGISTRY.getSchema(PLAN);
    private static final Schema VERDICT_SCHEMA = REGISTRY.getSchema(VERDICT);
    private static final Schema REPLAN_SCHEMA = REGISTRY.getSchema(REPLAN);

    private Schemas() {}

    static void requirePlan(JsonNode json) throws MalformedAnswer {
        require(PLAN_SCHEMA, json);
    }

    static void requireVerdict(JsonNode json) throws MalformedAnswer {
        require(VERDICT_SCHEMA, json);
    }

    static void requireReplan(JsonNode json) throws MalformedAnswer {
        require(REPLAN_SCHEMA, json);
    }

    private static void require(Schema schema, JsonNode json) throws MalformedAnswer {
        List<Error> errors = schema.validate(json);
        if (!errors.isEmpty()) {
            throw new MalformedAnswer(errors.stream()
                    .limit(10)
                    .map(error -> "at " + error.getInstanceLocation() + ": " + error.getMessage())
                    .collect(Collectors.joining("\n")));
        }
    }
}
