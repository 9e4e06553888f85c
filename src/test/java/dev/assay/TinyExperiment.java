package dev.assay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An experiment with a recording of its own that takes a second: a table with its policies and one page, neither npm nor
 * a package. Everything around it is as in any run.
 */
public final class TinyExperiment {
    private static final JsonMapper JSON = new JsonMapper();

    private static final String TABLE = """
            create table public.notes (
              id uuid primary key default gen_random_uuid(),
              user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
              body text not null
            );
            """;

    private static final String POLICIES = """
            alter table public.notes enable row level security;
            revoke all on public.notes from anon;
            create policy "read" on public.notes for select to authenticated using ((select auth.uid()) = user_id);
            create policy "add" on public.notes for insert to authenticated with check ((select auth.uid()) = user_id);
            create policy "change" on public.notes for update to authenticated
              using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
            create policy "delete" on public.notes for delete to authenticated using ((select auth.uid()) = user_id);
            """;

    private static final String SERVER = """
            import { createServer } from 'node:http'
            createServer((_, answer) => {
              answer.setHeader('content-type', 'text/html')
              answer.end('<!doctype html><title>Notes</title><link rel="icon" href="data:,"><h1>Notes</h1>')
            }).listen(Number(process.env.PORT), '127.0.0.1')
            """;

    private final Path experiments;
    private final String name;
    private final List<String> calls = new ArrayList<>();

    private TinyExperiment(Path experiments, String name) {
        this.experiments = experiments;
        this.name = name;
    }

    /**
     * Writes its file and its recording.
     *
     * @param experiments the folder of experiment files
     * @param name what it is called
     * @param secure whether its app keeps one user's rows from another
     */
    public static void write(Path experiments, String name, boolean secure) throws IOException {
        new TinyExperiment(experiments, name).write(secure, "true");
    }

    /**
     * The same with an agent that does something else first.
     *
     * @param command what it runs in a shell
     */
    public static void write(Path experiments, String name, String command) throws IOException {
        new TinyExperiment(experiments, name).write(true, command);
    }

    private void write(boolean secure, String command) throws IOException {
        Files.createDirectories(experiments);
        Files.writeString(experiments.resolve(name + ".yaml"), """
                title: Notes
                prompt: Build a page of notes.
                interface:
                  install: "true"
                  build: "true"
                  start: node serve.mjs
                  env: [SUPABASE_URL, SUPABASE_ANON_KEY]
                  ui: A page that says Notes.
                contract:
                  tables:
                    notes: { match: "note*", access: owner }
                """);
        ObjectNode plan = JSON.createObjectNode();
        ArrayNode steps = plan.putArray("steps");
        step(steps, "table", "schema");
        step(steps, "page", "frontend");
        record("plan-1", List.of(structured(plan), result(plan.toString())));
        record(
                "steps/table/implement-1",
                List.of(
                        called("Bash", JSON.createObjectNode().put("command", command)),
                        wrote("supabase/migrations/20260301000000_notes.sql", TABLE + (secure ? POLICIES : "")),
                        result("done")));
        record("steps/page/implement-1", List.of(wrote("serve.mjs", SERVER), result("done")));
        ObjectNode verdict = JSON.createObjectNode().put("status", "PASS").put("recommendation", "PROCEED");
        verdict.putArray("issues");
        verdict.putArray("deviations");
        for (String step : List.of("table", "page")) {
            record("steps/" + step + "/verify-1", List.of(structured(verdict), result(verdict.toString())));
        }
        ObjectNode index = JSON.createObjectNode().put("form", "claude-stream-json");
        calls.forEach(index.putArray("calls")::add);
        Files.writeString(recording("recording.json"), index.toString());
        Files.writeString(recording("trees.json"), "{}");
    }

    private static void step(ArrayNode steps, String id, String phase) {
        ObjectNode step = steps.addObject()
                .put("id", id)
                .put("title", "Make the " + id)
                .put("description", "Make it.")
                .put("phase", phase);
        step.putArray("acceptance_criteria").add("it is there");
    }

    private Path recording(String file) {
        return experiments.resolve(name).resolve("recording").resolve(file);
    }

    private void record(String call, List<ObjectNode> lines) throws IOException {
        Path file = recording(call + ".jsonl");
        Files.createDirectories(file.getParent());
        Files.write(file, lines.stream().map(ObjectNode::toString).toList());
        calls.add(call);
    }

    private static ObjectNode wrote(String file, String content) {
        ObjectNode input =
                JSON.createObjectNode().put("file_path", "${WORKSPACE}/" + file).put("content", content);
        return called("Write", input);
    }

    private static ObjectNode structured(ObjectNode answer) {
        return called("StructuredOutput", answer);
    }

    private static ObjectNode called(String tool, ObjectNode input) {
        ObjectNode line = JSON.createObjectNode().put("type", "assistant").put("session_id", "s");
        ObjectNode message = line.putObject("message").put("id", "msg_" + tool).put("role", "assistant");
        message.putArray("content")
                .addObject()
                .put("type", "tool_use")
                .put("id", "toolu_" + tool)
                .put("name", tool)
                .set("input", input);
        return line;
    }

    private static ObjectNode result(String text) {
        ObjectNode line = JSON.createObjectNode()
                .put("type", "result")
                .put("subtype", "success")
                .put("is_error", false)
                .put("result", text)
                .put("session_id", "s")
                .put("total_cost_usd", 0.01);
        if (text.startsWith("{")) {
            line.set("structured_output", JSON.readTree(text));
        }
        return line;
    }
}
