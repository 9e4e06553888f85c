package dev.assay.supabase.functions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.process.Bubblewrap;
import dev.assay.process.Fence;
import dev.assay.process.Supervisor;
import dev.assay.supabase.ApiKeys;
import dev.assay.supabase.Gateway;
import dev.assay.supabase.ProjectKeys;
import dev.assay.tools.Tools;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A function that tries to read the contract, the environment of the harness and its log database's password, to write
 * into its spool, to start a program and to reach the world: by Deno's permissions alone, and in the fence.
 */
@Timeout(600)
class EscapeIT {
    private static final Path CACHE = Path.of(System.getProperty("user.home"), ".cache", "assay");
    private static final String CANARY = "canary-of-the-contract";
    private static final JsonMapper JSON = new JsonMapper();

    private final Supervisor supervisor = Supervisor.open();

    @TempDir
    Path folder;

    private Path app;
    private Path functions;

    @BeforeEach
    void makeAHarnessAndAnApp() throws Exception {
        Files.createDirectories(folder.resolve("experiments"));
        Files.writeString(folder.resolve("experiments/probe.json"), "{\"contract\": \"" + CANARY + "\"}");
        Files.createDirectories(folder.resolve("data/log-db"));
        Files.writeString(folder.resolve("data/log-db/password"), CANARY);
        Files.createDirectories(folder.resolve("data/spool"));
        app = folder.resolve("data/runs/1/workspace");
        functions = Files.createDirectories(app.resolve("supabase/functions"));
        Files.writeString(app.resolve("supabase/config.toml"), "[functions.escape]\nverify_jwt = false\n");
    }

    @AfterEach
    void close() {
        supervisor.close();
    }

    private static String attempts() {
        return """
                const tries = {
                  contract: () => Deno.readTextFileSync("@OUT@/experiments/probe.json"),
                  imported: () => import("@OUT@/experiments/" + "probe" + ".json", { with: { type: "json" } })
                    .then((module) => JSON.stringify(module.default)),
                  password: () => Deno.readTextFileSync("@OUT@/data/log-db/password"),
                  list: () => {
                    const names = [...Deno.readDirSync("@OUT@")].map((entry) => entry.name);
                    // in the fence there is the way that leads to its own folder, and nothing beside it
                    if (names.join() === "data") throw new Deno.errors.NotFound("no experiments");
                    return names;
                  },
                  environment: () => Deno.readTextFileSync("/proc/@PID@/environ"),
                  node: () => import("node:fs").then((fs) => fs.readFileSync("@OUT@/experiments/probe.json", "utf8")),
                  spool: () => Deno.writeTextFileSync("@OUT@/data/spool/forged", "x"),
                  own: () => Deno.writeTextFileSync("@APP@/supabase/functions/escape/forged.ts", "x"),
                  link: () => Deno.symlinkSync("@OUT@/experiments/probe.json", Deno.makeTempDirSync() + "/link"),
                  program: () => new Deno.Command("/bin/sh", { args: ["-c", "cat @OUT@/experiments/*"] }).outputSync(),
                  child: () => import("node:child_process").then((cp) => cp.execSync("id").toString()),
                  signal: () => Deno.kill(@PID@, "SIGCONT"),
                  library: () => Deno.dlopen("libc.so.6", {}),
                  world: () => fetch("http://192.0.2.1/", { signal: AbortSignal.timeout(2000) }).then((r) => r.text()),
                };
                Deno.serve(async () => {
                  const got: Record<string, string> = {};
                  for (const [name, attempt] of Object.entries(tries)) {
                    try {
                      got[name] = "GOT OUT: " + await attempt();
                    } catch (error) {
                      got[name] = error.name;
                    }
                  }
                  const scratch = Deno.makeTempFileSync();
                  Deno.writeTextFileSync(scratch, "kept");
                  got.scratch = Deno.readTextFileSync(scratch);
                  got.names = Object.keys(Deno.env.toObject()).sort().join();
                  return Response.json(got);
                });
                """;
    }

    @Test
    void should_let_no_function_out_by_denos_permissions_alone() throws Exception {
        JsonNode got = escape(Fence.NONE);

        assertNothing(got);
        assertThat(got.path("contract").asString()).isEqualTo("NotCapable");
        assertThat(got.path("world").asString()).isEqualTo("NotCapable");
    }

    @Test
    void should_let_no_function_out_of_the_fence() throws Exception {
        Bubblewrap bubblewrap = Bubblewrap.look(supervisor, System.getenv("PATH"));
        assumeTrue(bubblewrap.works(), bubblewrap.why());

        assertNothing(escape(bubblewrap.fence().hiding(folder.resolve("data"), folder.resolve("experiments"))));
    }

    private void assertNothing(JsonNode got) {
        assertThat(got.properties())
                .hasSizeGreaterThan(14)
                .allSatisfy(one -> assertThat(one.getValue().asString())
                        .as(one.getKey())
                        .doesNotContain("GOT OUT")
                        .doesNotContain(CANARY));
        assertThat(got.path("scratch").asString()).isEqualTo("kept");
        assertThat(got.path("names").asString().split(",", -1))
                .containsOnly("SB_EXECUTION_ID", "SUPABASE_URL", "TMPDIR", "OF_THE_APP");
        assertThat(folder.resolve("data/spool")).isEmptyDirectory();
        assertThat(functions.resolve("escape/forged.ts")).doesNotExist();
    }

    @Test
    void should_not_start_a_function_that_is_made_of_what_is_not_the_projects() throws Exception {
        Path escape = Files.createDirectories(functions.resolve("escape"));
        Files.writeString(
                escape.resolve("index.ts"),
                "import contract from '../../../../../../../experiments/probe.json' with { type: 'json' };\n"
                        + "Deno.serve(() => Response.json(contract));\n");
        HttpResponse<String> imported = call(Fence.NONE);
        assertThat(imported.statusCode()).isEqualTo(503);
        assertThat(imported.body()).contains("lies outside of the project").doesNotContain(CANARY);

        Files.createSymbolicLink(escape.resolve("words.json"), folder.resolve("experiments/probe.json"));
        Files.writeString(
                escape.resolve("index.ts"),
                "Deno.serve(() => new Response(Deno.readTextFileSync(new URL('words.json', import.meta.url))));\n");
        HttpResponse<String> linked = call(Fence.NONE);
        assertThat(linked.statusCode()).isEqualTo(503);
        assertThat(linked.body()).contains("leads out of the project").doesNotContain(CANARY);
    }

    private JsonNode escape(Fence fence) throws Exception {
        Path escape = Files.createDirectories(functions.resolve("escape"));
        Files.writeString(functions.resolve(".env"), "OF_THE_APP=1\n");
        Files.writeString(
                escape.resolve("index.ts"),
                attempts()
                        .replace("@OUT@", folder.toString())
                        .replace("@APP@", app.toString())
                        .replace("@PID@", String.valueOf(ProcessHandle.current().pid())));
        HttpResponse<String> answer = call(fence);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private HttpResponse<String> call(Fence fence) throws Exception {
        Tools tools =
                new Tools(CACHE, supervisor, false, new PrintStream(OutputStream.nullOutputStream(), true, UTF_8));
        try (EdgeRuntime runtime = new EdgeRuntime(CACHE, supervisor, tools, () -> fence);
                EdgeFunctions served = new EdgeFunctions(runtime, app, () -> Map.of("SUPABASE_URL", "http://here"));
                Gateway gateway = new Gateway(
                        0,
                        List.of(new FunctionsSurface(
                                served, new ApiKeys(ProjectKeys.random(), false, Clock.systemUTC()))))) {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(gateway.url() + "/functions/v1/escape"))
                                    .build(),
                            BodyHandlers.ofString());
        }
    }
}
