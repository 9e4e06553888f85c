package dev.assay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.process.Bubblewrap;
import dev.assay.process.Supervisor;
import dev.assay.run.ExperimentRun;
import dev.assay.run.RunResult;
import dev.assay.run.TestTree;
import dev.assay.settings.Directories;
import dev.assay.settings.Settings;
import dev.assay.store.LogDatabase;
import dev.assay.store.SqlQuery;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A whole run whose agent and whose app try to read the contract, the environment of the harness and its log database, to
 * write to them, and to signal what runs outside.
 */
class IsolationIT {
    /** Variables that a shell or Assay sets itself, whatever the harness has. */
    private static final List<String> ITS_OWN =
            List.of("PATH", "HOME", "PWD", "SHLVL", "_", "OLDPWD", "LANG", "TERM", "TMPDIR", "CI", "PORT");

    private static final String CANARY = "canary-of-the-contract";
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    private final Map<String, String> options = new HashMap<>();
    private final ByteArrayOutputStream console = new ByteArrayOutputStream();
    private Path experiments;
    private Path data;

    @BeforeEach
    void makeAnExperiment() throws IOException {
        data = folder.resolve("data");
        experiments = Files.createDirectories(folder.resolve("experiments"));
        options.put("data-dir", data.toString());
        options.put("experiments-dir", experiments.toString());
        Files.writeString(experiments.resolve("probe.yaml"), """
                title: An app that looks about
                prompt: Look about.
                interface:
                  install: sh escape.sh install
                  build: sh escape.sh build
                  start: sh escape.sh start; exec node server.mjs
                  env: [VITE_SUPABASE_URL, VITE_SUPABASE_ANON_KEY]
                  ui: none
                contract:
                  tables: { %s: { match: "none*", access: owner } }
                """.formatted(CANARY.replace('-', '_')));
        Path recording = Files.createDirectories(experiments.resolve("probe/recording"));
        Files.writeString(recording.resolve("recording.json"), """
                {"form": "claude-stream-json", "calls": ["plan-1", "steps/look/implement-1", "steps/look/verify-1"]}
                """);
        Files.writeString(recording.resolve("trees.json"), "{}");
        write(recording.resolve("plan-1.jsonl"), answer("""
                {"steps": [{"id": "look", "title": "Look about", "description": "Look.", "phase": "setup",
                  "acceptance_criteria": ["looked"], "needs": []}]}"""));
        write(
                recording.resolve("steps/look/implement-1.jsonl"),
                tool("w1", "Write", Map.of("file_path", "${WORKSPACE}/escape.sh", "content", escape())),
                done("w1", "File created"),
                tool("w2", "Write", Map.of("file_path", "${WORKSPACE}/server.mjs", "content", """
                        import { createServer } from "node:http";
                        createServer((request, response) => {
                          response.setHeader("content-type", "text/html");
                          response.end("<h1>here</h1>");
                        }).listen(Number(process.env.PORT), "127.0.0.1");
                        """)),
                done("w2", "File created"),
                tool("b1", "Bash", Map.of("command", "sh escape.sh agent; cat " + experiments + "/probe.yaml")),
                done("b1", ""),
                answer("\"done\""));
        write(recording.resolve("steps/look/verify-1.jsonl"), answer("""
                        {"status": "PASS", "recommendation": "PROCEED", "issues": [], "deviations": []}"""));
    }

    @Test
    void should_let_neither_the_agent_nor_the_app_out() throws Exception {
        try (Supervisor supervisor = Supervisor.open()) {
            Bubblewrap bubblewrap = Bubblewrap.look(supervisor, System.getenv("PATH"));
            assumeTrue(bubblewrap.works(), bubblewrap.why());
        }
        String contract = Files.readString(experiments.resolve("probe.yaml"));

        RunResult result = run();

        Map<String, String> escapes = escapes();
        assertThat(escapes).containsKeys("workspace/agent", "workspace/install", "workspace/build", "workspace/start");
        assertThat(escapes).allSatisfy((who, got) -> {
            assertThat(got).as(who).contains("end of " + who.substring(who.indexOf('/') + 1));
            if (!who.endsWith("/agent")) {
                assertThat(got).as(who).doesNotContain("what-the-agent-signs-in-with");
            }
            assertThat(got).as(who).doesNotContain(CANARY.replace('-', '_')).doesNotContain("GOT OUT");
            assertThat(got).as("%s: lines of the spool", who).doesNotContain("{\"seq\":", "{\"table\":", "{\"what\":");
            System.getenv().keySet().stream()
                    .filter(name -> !ITS_OWN.contains(name) && !name.startsWith("npm_config_"))
                    .filter(name -> !dev.assay.run.Environment.PASSED.contains(name))
                    .forEach(name -> assertThat(got.lines()).as(who).noneMatch(line -> line.startsWith(name + "=")));
        });
        assertThat(experiments.resolve("probe.yaml")).hasContent(contract);
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith("forged")))
                    .isEmpty();
        }
        try (Stream<Path> runs = Files.list(data.resolve("runs"))) {
            Path run = runs.findFirst().orElseThrow();
            for (String spool : List.of("events.jsonl", "rows.jsonl", "progress.jsonl")) {
                assertThat(Files.readAllLines(run.resolve(spool)))
                        .as(spool)
                        .isNotEmpty()
                        .doesNotContain("# forged");
            }
        }
        assertThat(result.warnings()).noneMatch(warning -> warning.startsWith("unisolated"));
        assertThat(sql("SELECT unisolated FROM orchestrator_runs")).contains("false");
    }

    @Test
    void should_mark_a_run_that_is_not_isolated_and_flag_what_its_agent_has_read() throws Exception {
        options.put("isolation", "off");

        RunResult result = run();

        assertThat(console.toString(StandardCharsets.UTF_8)).contains("UNISOLATED", "isolation is off");
        assertThat(result.warnings())
                .contains("unisolated: isolation is off")
                .anySatisfy(warning -> assertThat(warning)
                        .contains("contract-exposed")
                        .contains(experiments.resolve("probe.yaml").toString()));
        assertThat(sql("SELECT unisolated FROM orchestrator_runs")).contains("true");
        assertThat(sql("SELECT count(*) AS n FROM orchestrator_events WHERE event_data->'warning'->>'code'"
                        + " = 'contract-exposed'"))
                .doesNotContain("\"n\":0");
    }

    /** Says what it got, and GOT OUT where it changed something. */
    private String escape() {
        return """
                {
                [ "$1" = agent ] && echo what-the-agent-signs-in-with > "$HOME/sign-in"
                cat @OUT@/data/runs/*/home/sign-in
                cat @OUT@/experiments/probe.yaml @OUT@/experiments/probe/recording/plan-1.jsonl
                ls -la @OUT@ @OUT@/data @OUT@/data/log-db
                find @OUT@/data -type f -name '*pass*' -exec cat {} +
                cat /proc/@PID@/environ /proc/$PPID/environ /proc/[0-9]*/environ | tr '\\0' '\\n'
                for place in @OUT@/experiments @OUT@/data @OUT@/data/log-db @OUT@/data/runs; do
                  touch "$place/forged"
                done
                echo '# forged' >> @OUT@/experiments/probe.yaml && echo 'GOT OUT: changed the contract'
                for spool in "$HOME/../events.jsonl" "$HOME/../rows.jsonl" "$HOME/../progress.jsonl" "$PWD/../events.jsonl"; do
                  cat "$spool"
                  echo '# forged' >> "$spool"
                done
                kill -0 @PID@ && echo 'GOT OUT: may signal the harness'
                } > escape-$1.txt 2>&1
                echo "end of $1" >> escape-$1.txt
                """.replace("@OUT@", folder.toString())
                .replace("@PID@", String.valueOf(ProcessHandle.current().pid()));
    }

    private RunResult run() throws Exception {
        Settings settings = settings();
        try (PrintStream out = new PrintStream(console, true, StandardCharsets.UTF_8);
                Assay assay = Assay.open(settings, out)) {
            Experiment experiment = ExperimentFiles.in(experiments).read(experiments.resolve("probe.yaml"));
            ExperimentRun run = assay.start(experiment, experiment.variants().get(0), 1, "[engine:assay]/[run:1]");
            try {
                run.run(new TestTree());
            } finally {
                run.finish();
            }
            return run.finish();
        } finally {
            System.out.println(console.toString(StandardCharsets.UTF_8));
        }
    }

    /** What each attempt got, by the folder it was made in and its name. */
    private Map<String, String> escapes() throws IOException {
        Map<String, String> escapes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(data.resolve("runs"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = file.getFileName().toString();
                if (name.startsWith("escape-")) {
                    escapes.put(
                            file.getParent().getFileName() + "/"
                                    + name.substring(7).replace(".txt", ""),
                            Files.readString(file));
                }
            }
        }
        return escapes;
    }

    private Settings settings() {
        return Settings.load(name -> Optional.ofNullable(options.get(name)), folder);
    }

    private String sql(String query) throws SQLException {
        Directories directories = Directories.of(settings());
        try (LogDatabase database = LogDatabase.of(Optional.empty(), directories.data(), directories.cache())) {
            return new SqlQuery(database).run(query).toJson().replace(" ", "");
        }
    }

    private static void write(Path file, ObjectNode... lines) throws IOException {
        Files.createDirectories(file.getParent());
        StringBuilder text = new StringBuilder("""
                {"type":"system","subtype":"init","cwd":"${WORKSPACE}","session_id":"s","tools":[],"model":"none"}
                """);
        for (ObjectNode line : lines) {
            text.append(JSON.writeValueAsString(line)).append('\n');
        }
        Files.writeString(file, text);
    }

    private static ObjectNode tool(String id, String name, Map<String, String> input) {
        ObjectNode line = JSON.createObjectNode().put("type", "assistant").put("session_id", "s");
        ObjectNode message = line.putObject("message").put("id", "m-" + id).put("role", "assistant");
        ObjectNode block = message.putArray("content").addObject().put("type", "tool_use");
        block.put("id", id).put("name", name);
        ObjectNode given = block.putObject("input");
        input.forEach(given::put);
        return line;
    }

    private static ObjectNode done(String id, String text) {
        ObjectNode line = JSON.createObjectNode().put("type", "user").put("session_id", "s");
        ObjectNode block = line.putObject("message")
                .put("role", "user")
                .putArray("content")
                .addObject();
        block.put("type", "tool_result")
                .put("tool_use_id", id)
                .put("content", text)
                .put("is_error", false);
        return line;
    }

    private static ObjectNode answer(String json) {
        ObjectNode line = JSON.createObjectNode().put("type", "result").put("subtype", "success");
        line.put("is_error", false).put("session_id", "s").put("num_turns", 1).put("result", json);
        line.set("structured_output", JSON.readTree(json));
        return line;
    }
}
