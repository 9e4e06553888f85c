package dev.assay.run;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.agent.Usage;
import dev.assay.check.Checks;
import dev.assay.check.Layer;
import dev.assay.check.LayerKind;
import dev.assay.check.Subject;
import dev.assay.experiment.AppInterface;
import dev.assay.experiment.Contract;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Limits;
import dev.assay.experiment.Role;
import dev.assay.experiment.SkillsMode;
import dev.assay.experiment.Variant;
import dev.assay.process.Exit;
import dev.assay.process.Fence;
import dev.assay.process.Supervisor;
import dev.assay.run.RunContext.Performer;
import dev.assay.target.Target;
import dev.assay.target.TargetKind;
import dev.assay.target.Targets;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** A run with a scripted agent, layers and target: everything around the loop in one place. */
final class ScriptedRun implements AutoCloseable {
    static final String ONE_STEP = "{\"steps\":[" + step("schema") + "]}";
    static final String PROCEED =
            "{\"status\":\"PASS\",\"recommendation\":\"PROCEED\",\"issues\":[],\"deviations\":[]}";
    static final String RETRY =
            "{\"status\":\"FAIL\",\"recommendation\":\"RETRY\",\"issues\":[\"do it\"],\"deviations\":[]}";

    final List<String> calls = new ArrayList<>();
    final List<String> told = new ArrayList<>();
    final List<RunListener> listeners = new ArrayList<>();
    final TestTree tree = new TestTree();
    final List<String> flows = new ArrayList<>();
    Limits limits = Limits.DEFAULT;
    List<String> diagnostics = List.of();
    Set<String> partial = Set.of();
    SkillsMode skills = SkillsMode.NONE;
    Optional<String> skillsFolder = Optional.empty();
    Guidance guidance = new Guidance(Path.of("skills"), Guidance.Filter.PHASE_MATCHED, false);
    Optional<Experiment> experiment = Optional.empty();
    /** Who does the calls in place of the script, and what the tool is called. */
    Optional<Agent> performer = Optional.empty();

    String tool = "scripted";
    Optional<BigDecimal> costOfACall = Optional.empty();
    String trouble = "";
    String id = "run-1";
    String uniqueId = "[engine:assay]/[run:1]";
    int schema;
    /** What happened to the data of targets: {@code save}, and {@code restore} with what they then had. */
    final List<String> data = new ArrayList<>();

    private final Map<LayerKind, Layer> layers = new EnumMap<>(LayerKind.class);
    private final Map<LayerKind, Integer> asked = new EnumMap<>(LayerKind.class);
    private final Supervisor supervisor = Supervisor.open();
    private final Path folder;
    private Function<AgentRequest, Object> script = request -> "";
    private Consumer<String> whenOver = call -> {};

    ScriptedRun(Path folder) {
        this.folder = folder;
        for (LayerKind kind : List.of(LayerKind.API, LayerKind.RLS, LayerKind.SMOKE)) {
            layer(
                    kind,
                    (subject, checks) ->
                            checks.check("ok", "ok", probe -> probe.expect(true, "always holds", "true", "false")));
        }
    }

    /**
     * What the agent does in one call.
     *
     * @param writes what it puts into work.txt; null where it leaves the workspace as it is
     */
    record Reply(Ending ending, String text, List<AgentEvent> events, String writes) {
        static Reply ended(Ending ending) {
            return new Reply(ending, "", List.of(), null);
        }

        static Reply endedAfterWork(Ending ending) {
            return new Reply(ending, "", List.of(), "half of it");
        }

        static Reply seen(String text, AgentEvent... events) {
            return new Reply(Ending.COMPLETED, text, List.of(events), null);
        }
    }

    interface LayerBody {
        void run(Subject subject, Checks checks) throws InterruptedException;
    }

    static String step(String id) {
        return step(id, "schema", "");
    }

    /** A step that says what it needs. */
    static String step(String id, String phase, String needs) {
        return "{\"id\":\"" + id + "\",\"title\":\"" + id + "\",\"description\":\"d\",\"phase\":\"" + phase
                + "\",\"acceptance_criteria\":[\"it is there\"]" + needs + "}";
    }

    static String plan(String... steps) {
        return "{\"steps\":[" + String.join(",", steps) + "]}";
    }

    static String verdict(String status, String recommendation, String more) {
        return "{\"status\":\"" + status + "\",\"recommendation\":\"" + recommendation + "\",\"issues\":[\""
                + recommendation + " it is\"],\"deviations\":[]" + more + "}";
    }

    ScriptedRun layer(LayerKind kind, LayerBody body) {
        layers.put(kind, new Layer() {
            @Override
            public LayerKind kind() {
                return kind;
            }

            @Override
            public void run(Subject subject, Checks checks) throws InterruptedException {
                asked.merge(kind, 1, Integer::sum);
                body.run(subject, checks);
            }
        });
        return this;
    }

    /** How often a layer was run. */
    int asked(LayerKind kind) {
        return asked.getOrDefault(kind, 0);
    }

    /** What the agent answers: a text, an {@link Ending} or a {@link Reply}. */
    ScriptedRun agent(Function<AgentRequest, Object> answers) {
        script = answers;
        return this;
    }

    /** Has each call named that comes to its end. */
    void whenOver(Consumer<String> told) {
        whenOver = told;
    }

    /** Puts another script before the one that is there. */
    void otherwise(java.util.function.UnaryOperator<Function<AgentRequest, Object>> change) {
        script = change.apply(script);
    }

    /** Plans one step and proceeds; implementing writes a file and changes the schema. */
    static Object worksWell(AgentRequest request) {
        return switch (request.phase()) {
            case PLAN -> ONE_STEP;
            case VERIFY -> PROCEED;
            default -> "done";
        };
    }

    RunResult run() throws InterruptedException {
        return run(begun());
    }

    /** The run, of which nothing is done yet. */
    BuildRun begun() {
        return new BuildRun(context(), Clock.systemUTC(), System.out);
    }

    /** Goes on with the run that is stored in the folder. */
    RunResult resume(Before before, Optional<String> step) throws InterruptedException {
        return run(BuildRun.resumed(context(), before, step, Clock.systemUTC(), System.out));
    }

    private RunResult run(BuildRun run) throws InterruptedException {
        run.run(tree);
        return run.finish();
    }

    private RunContext context() {
        Performer scripted = new Performer(tool, Optional.empty(), performer.orElseGet(this::agent), skillsFolder);
        return new RunContext(
                info(),
                scripted,
                scripted,
                scripted,
                guidance,
                targets(),
                layers,
                () -> new Environment(path(), Map.of(), new PackageCache(folder.resolve("npm")), Fence.NONE),
                path(),
                supervisor,
                listeners,
                List.of("a-secret-value"));
    }

    private static String path() {
        return System.getenv("PATH");
    }

    private Agent agent() {
        return (request, sink) -> {
            String name =
                    request.phase().id() + request.stepId().map(id -> " " + id).orElse("") + " " + request.attempt();
            calls.add(name);
            told.add(request.prompt());
            Reply reply = reply(request, script.apply(request), name);
            reply.events().forEach(sink::notice);
            if (reply.writes() != null) {
                write(request.workspace().resolve("work.txt"), reply.writes());
                schema++;
            }
            whenOver.accept(name);
            return new AgentResult(
                    reply.ending(),
                    reply.ending() == Ending.COMPLETED ? "" : "it ended",
                    reply.text(),
                    Optional.empty(),
                    new Usage(0, 0, 0, 0, 0, costOfACall, "cli"),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalInt.empty(),
                    Exit.Limit.NONE,
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ZERO,
                    List.of());
        };
    }

    private static Reply reply(AgentRequest request, Object answer, String name) {
        if (answer instanceof Reply reply) {
            return reply;
        } else if (answer instanceof Ending ending) {
            return Reply.ended(ending);
        }
        boolean works = request.phase() == Phase.IMPLEMENT || request.phase() == Phase.FIX;
        return new Reply(Ending.COMPLETED, (String) answer, List.of(), works ? name : null);
    }

    private static String work(Path folder) {
        return work(folder, "work.txt");
    }

    private static String work(Path folder, String name) {
        try {
            Path file = folder.resolve(name);
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private RunInfo info() {
        Experiment built = experiment.orElseGet(this::scripted);
        Role role = Role.parse("scripted");
        return new RunInfo(
                id,
                built,
                new Variant("scripted", role, role, role, skills, 1),
                1,
                "recorded",
                "embedded",
                folder.resolve("run"),
                uniqueId,
                Map.of(),
                partial,
                Instant.now());
    }

    private Experiment scripted() {
        return new Experiment(
                "scripted",
                folder.resolve("scripted.yaml"),
                "scripted",
                "Scripted",
                "Build something",
                List.of(),
                List.of(),
                limits,
                diagnostics,
                new AppInterface("true", "true", "true", List.of(), "a page", "install: true"),
                new Contract("own", Map.of(), List.of(), List.of(), List.copyOf(flows), Optional.empty()),
                List.of(),
                1,
                false);
    }

    private Targets targets() {
        return new Targets() {
            @Override
            public TargetKind kind() {
                return TargetKind.EMBEDDED;
            }

            @Override
            public Target open(Path project, Path files) {
                return new ScriptedTarget(project);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void close() {
        supervisor.close();
    }

    private final class ScriptedTarget implements Target {
        private final Path project;
        /** What the migrations of the project say, as far as they were applied: the work itself. */
        private String applied = "";

        ScriptedTarget(Path project) {
            this.project = project;
        }

        @Override
        public TargetKind kind() {
            return TargetKind.EMBEDDED;
        }

        @Override
        public URI apiUrl() {
            return URI.create("http://127.0.0.1:1");
        }

        @Override
        public String anonKey() {
            return "anon";
        }

        @Override
        public String serviceKey() {
            return "service";
        }

        @Override
        public String jdbcUrl() {
            return "jdbc:none";
        }

        @Override
        public Path project() {
            return project;
        }

        @Override
        public Map<String, String> publicEnvironment() {
            return Map.of();
        }

        @Override
        public Applied applyMigrations() {
            applied = work(project);
            return Applied.NOTHING;
        }

        @Override
        public Applied deployFunctions() {
            return Applied.NOTHING;
        }

        @Override
        public Applied reset() {
            applied = work(project);
            return Applied.NOTHING;
        }

        @Override
        public Optional<String> trouble() {
            return trouble.isEmpty() ? Optional.empty() : Optional.of(trouble);
        }

        @Override
        public String catalogDigest() {
            return "schema " + applied;
        }

        @Override
        public void save(Path into) {
            data.add("save");
            try {
                Files.createDirectories(into);
                Files.writeString(into.resolve("data"), applied);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public List<String> restore(Path from) {
            data.add(("restore " + work(from, "data") + " into " + applied).strip());
            return List.of();
        }

        @Override
        public void close() {}
    }
}
