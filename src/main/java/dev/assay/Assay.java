package dev.assay;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentTool;
import dev.assay.agent.RetryPolicy;
import dev.assay.agent.RetryingAgent;
import dev.assay.agent.claude.ClaudeCode;
import dev.assay.agent.claude.ClaudeStream;
import dev.assay.agent.cli.Account;
import dev.assay.agent.cli.Cli;
import dev.assay.agent.cli.CliStream;
import dev.assay.agent.cli.CliTool;
import dev.assay.agent.cli.PriceTable;
import dev.assay.agent.codex.Codex;
import dev.assay.agent.cursor.Cursor;
import dev.assay.agent.gemini.Gemini;
import dev.assay.agent.nop.NopTool;
import dev.assay.agent.opencode.OpenCode;
import dev.assay.agent.recorded.NewRecording;
import dev.assay.agent.recorded.RecordedTool;
import dev.assay.budget.BudgetedAgent;
import dev.assay.budget.Ledger;
import dev.assay.budget.PolicedAgent;
import dev.assay.budget.Policy;
import dev.assay.check.ApiLayer;
import dev.assay.check.FunctionsLayer;
import dev.assay.check.Layer;
import dev.assay.check.LayerKind;
import dev.assay.check.RlsLayer;
import dev.assay.check.SmokeLayer;
import dev.assay.check.browser.BrowserLayer;
import dev.assay.check.browser.Browsers;
import dev.assay.check.browser.StartPageVisit;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Overrides;
import dev.assay.experiment.Role;
import dev.assay.experiment.SkillsMode;
import dev.assay.experiment.Variant;
import dev.assay.preflight.Preflight;
import dev.assay.process.Supervisor;
import dev.assay.report.AllureReport;
import dev.assay.report.Changes;
import dev.assay.report.ConsoleTree;
import dev.assay.run.Before;
import dev.assay.run.BuildRun;
import dev.assay.run.Environment;
import dev.assay.run.ExperimentRun;
import dev.assay.run.ExperimentRuns;
import dev.assay.run.Fingerprints;
import dev.assay.run.Guidance;
import dev.assay.run.Isolation;
import dev.assay.run.OpenRun;
import dev.assay.run.OracleApp;
import dev.assay.run.PackageCache;
import dev.assay.run.Recheck;
import dev.assay.run.Roles;
import dev.assay.run.RunContext;
import dev.assay.run.RunContext.Performer;
import dev.assay.run.RunInfo;
import dev.assay.run.RunListener;
import dev.assay.run.StoredRun;
import dev.assay.run.StoredRuns;
import dev.assay.run.StoredWork;
import dev.assay.settings.Directories;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import dev.assay.store.LogDatabase;
import dev.assay.store.RunRecording;
import dev.assay.store.RunStore;
import dev.assay.store.StoredResults;
import dev.assay.supabase.functions.EdgeRuntime;
import dev.assay.target.EmbeddedTargets;
import dev.assay.target.Targets;
import dev.assay.tools.Tool;
import dev.assay.tools.Tools;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The whole house put together: what each part is given stands here and nowhere else. */
public final class Assay implements ExperimentRuns {
    private static final DateTimeFormatter RUN_ID =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    /** What {@code auto} means, if both are there. */
    private static final String AUTO_READER = "claude";

    private static final String AUTO_WRITER = "cursor";

    private final Settings settings;
    private final PrintStream out;
    private final Directories directories;
    private final Optional<Ledger> ledger;
    private final Clock clock = Clock.systemUTC();
    private final Supervisor supervisor;
    private final Tools tools;
    private final Browsers browsers;
    private final Isolation isolation;
    private final Targets targets;
    private final LogDatabase database;
    private final RunStore store;
    private final AllureReport allure;
    private final List<RunListener> listeners;
    private final Map<LayerKind, Layer> layers;
    private final Map<String, AgentTool> agents;
    private final Roles roles;
    private final StoredRuns storedRuns;
    private final ConcurrentLinkedQueue<OpenRun> underWay = new ConcurrentLinkedQueue<>();
    private final Thread atExit = new Thread(this::interrupt, "assay-exit");

    private Assay(Settings settings, PrintStream out, List<RunListener> told) {
        settings.requireServed();
        this.settings = settings;
        this.out = out;
        this.directories = Directories.of(settings);
        this.ledger = settings.amount(Option.BUDGET_USD).map(Ledger::new);
        this.storedRuns = new StoredRuns(directories.data());
        this.supervisor = Supervisor.open();
        this.tools = new Tools(
                directories.cache(),
                supervisor,
                settings.flag(Option.OFFLINE),
                settings.flag(Option.INSTALL_SYSTEM),
                out);
        this.browsers = new Browsers(
                tools, supervisor, settings.text(Option.CHROMIUM).map(given -> settings.path(Option.CHROMIUM)));
        this.isolation = new Isolation(
                Isolation.Wish.parse(settings.text(Option.ISOLATION).orElse("auto")),
                supervisor,
                searchPath(),
                List.of(settings.directory(), settings.path(Option.EXPERIMENTS_DIR), directories.data()));
        this.targets = new EmbeddedTargets(
                directories.cache(), new EdgeRuntime(directories.cache(), supervisor, tools, isolation::fence));
        this.database = log(settings);
        this.store = new RunStore(database, out, clock);
        this.allure = new AllureReport(AllureReport.directoryIn(settings.directory()));
        this.listeners = Stream.concat(Stream.of(store, allure), told.stream()).toList();
        this.layers = new EnumMap<>(Map.of(
                LayerKind.API, new ApiLayer(),
                LayerKind.RLS, new RlsLayer(),
                LayerKind.FUNCTIONS, new FunctionsLayer(),
                LayerKind.SMOKE,
                        new SmokeLayer(
                                supervisor, new StartPageVisit(browsers, !settings.flag(Option.SKIP_BROWSER_TEST))),
                LayerKind.BROWSER, new BrowserLayer(supervisor, browsers)));
        this.agents = agents();
        this.roles = new Roles(agents, AUTO_READER, AUTO_WRITER, role -> Overrides.withModel(role, settings));
    }

    /**
     * Opens what runs share. Nothing expensive starts before the first run needs it.
     *
     * @param out where people read what happens
     */
    public static Assay open(Settings settings, PrintStream out) {
        return open(settings, out, List.of(new ConsoleTree(out)));
    }

    /** @param told who is told of runs beside the store and the reports, such as a live tree */
    public static Assay open(Settings settings, PrintStream out, List<RunListener> told) {
        Assay assay = new Assay(settings, out, told);
        Runtime.getRuntime().addShutdownHook(assay.atExit);
        return assay;
    }

    /**
     * The log database that the settings name. It is opened by who asks it first.
     *
     * @throws UsageError where its URL cannot be one
     */
    public static LogDatabase log(Settings settings) {
        Directories directories = Directories.of(settings);
        try {
            return LogDatabase.of(settings.text(Option.STORE_URL), directories.data(), directories.cache());
        } catch (IllegalArgumentException e) {
            throw new UsageError(e.getMessage() + " It comes from: " + settings.origin(Option.STORE_URL), e);
        }
    }

    @Override
    public ExperimentRun start(Experiment experiment, Variant variant, int repetition, String uniqueId)
            throws InterruptedException {
        Variant resolved = roles.resolve(experiment, variant);
        if (!roles.builtIn(resolved)) {
            out.println(preflight().line(resolved));
        }
        Instant now = clock.instant();
        String id = RUN_ID.format(now) + "-" + UUID.randomUUID().toString().substring(0, 6);
        Path folder = (settings.isGiven(Option.PROJECT_DIR) ? settings.path(Option.PROJECT_DIR) : storedRuns.folder())
                .resolve(id);
        RunInfo info = new RunInfo(
                id,
                experiment,
                resolved,
                repetition,
                roles.builtIn(resolved) ? "recorded" : "real",
                targets.kind().id(),
                folder,
                uniqueId,
                Fingerprints.of(experiment, targets.kind().id(), version()),
                leftOut(),
                now,
                isolation.missing());
        Guidance guidance = Guidance.of(settings, resolved.skills());
        storedRuns.begins(info, Optional.of(guidance));
        return underWay(new BuildRun(context(info, resolved, guidance, listeners), clock, out));
    }

    @Override
    public BuildRun resume(StoredRun run, Experiment experiment, Optional<ResumedStep> from)
            throws InterruptedException {
        RunInfo info = run.info(
                experiment,
                Fingerprints.of(run.of(experiment), targets.kind().id(), version()),
                run.partial(),
                isolation.missing());
        Before before = StoredResults.of(run.folder()).before();
        run.requireResumable(before, from.isPresent(), info.fingerprints());
        return underWay(BuildRun.resumed(
                context(info, run.variant(), guidance(run), listeners), before, from.map(before::idOf), clock, out));
    }

    @Override
    public Recheck recheck(StoredRun run, Experiment experiment, Set<LayerKind> only) throws InterruptedException {
        Set<String> leftOut = leftOut();
        if (!only.isEmpty()) {
            Stream.of(LayerKind.values()).filter(kind -> !only.contains(kind)).forEach(kind -> leftOut.add(kind.id()));
        }
        RunInfo info = run.info(
                experiment, Fingerprints.of(experiment, targets.kind().id(), version()), leftOut, isolation.missing());
        StoredResults before = StoredResults.of(run.folder());
        List<RunListener> told = new ArrayList<>(listeners);
        told.add(new Changes("what was found before of run " + run.id(), before.latestChecks(), only, out));
        return underWay(Recheck.of(context(info, nobody("nobody"), told), before.nextRecheck(), clock, out));
    }

    @Override
    public void curtailed(Curtailed variant) {
        out.println(variant.experiment() + " " + variant.variant() + ": its remaining repetitions are left out. "
                + variant.decision() + ". Its runs are marked as curtailed, and are no fair sample of a rate.");
        for (ExperimentRun run : variant.runs()) {
            if (run instanceof BuildRun built) {
                built.curtail(variant.decision());
            }
        }
    }

    private <T extends OpenRun> T underWay(T run) {
        underWay.removeIf(OpenRun::isFinished);
        underWay.add(run);
        return run;
    }

    /** What the agents of a stored run were given, whatever options say now. */
    private Guidance guidance(StoredRun run) {
        SkillsMode mode = run.variant().skills();
        return run.guidance().map(given -> given.required(mode)).orElseGet(() -> Guidance.of(settings, mode));
    }

    /** Of what only checks an app. */
    private RunContext context(RunInfo info, Variant nobody, List<RunListener> told) {
        return context(info, nobody, Guidance.of(settings, nobody.skills()), told);
    }

    /** @param doing who does the roles: the run's own variant, or nobody where only checks are run */
    private RunContext context(RunInfo info, Variant doing, Guidance guidance, List<RunListener> told) {
        return new RunContext(
                info,
                performer(doing.planner(), info.experiment()),
                performer(doing.implementer(), info.experiment()),
                performer(doing.verifier(), info.experiment()),
                guidance,
                targets,
                layers,
                this::environment,
                searchPath(),
                supervisor,
                told,
                secrets(doing));
    }

    private static Variant nobody(String id) {
        Role nobody = Role.parse("nop");
        return new Variant(id, nobody, nobody, nobody, SkillsMode.NONE, 1);
    }

    /**
     * Begins a run that only checks an app that is there already. Nothing of it is stored.
     *
     * @param name what the app is, such as {@code mutant/rls-off}
     * @param folder the run's own folder, which must not exist
     * @param told who is told of it, beside nobody else
     */
    public Recheck recheck(Experiment experiment, String name, Recheck.App app, Path folder, List<RunListener> told)
            throws InterruptedException {
        Variant variant = nobody(name.replace('/', '-'));
        RunInfo info = new RunInfo(
                name.replace('/', '-') + "-" + UUID.randomUUID().toString().substring(0, 6),
                experiment,
                variant,
                1,
                "recorded",
                targets.kind().id(),
                folder.toAbsolutePath(),
                "[engine:assay]/[experiment:" + experiment.name() + "]/[recheck:" + variant.id() + "]",
                Fingerprints.of(experiment, targets.kind().id(), version()),
                leftOut(),
                clock.instant(),
                isolation.missing());
        return underWay(new Recheck(context(info, variant, told), name.replaceFirst("/", " "), app, clock, out));
    }

    /**
     * Makes a recording of a stored run, which the {@code recorded} tool replays.
     *
     * @param folder where it is written: one that is empty or not there
     */
    public RunRecording.Written record(StoredRun run, Path folder) throws IOException, InterruptedException {
        Map<String, Supplier<CliStream>> readers = new LinkedHashMap<>();
        // a recording that was replayed has the form of Claude Code's stream
        readers.put("recorded", ClaudeStream::new);
        clis().forEach(cli -> readers.put(cli.name(), cli::stream));
        RunRecording.free(folder);
        try (StoredWork work = new StoredWork(run, supervisor, searchPath(), secrets(run.variant()))) {
            return new RunRecording(run, work, readers)
                    .into(folder, new NewRecording(folder, supervisor, searchPath()));
        }
    }

    /**
     * The finished apps of recorded oracles.
     *
     * @param kept the folder that they are kept in
     */
    public OracleApp oracles(Path kept) {
        return new OracleApp(kept, targets, this::environment, supervisor, searchPath());
    }

    /** What looks whether runs would find what they need, as the options stand. */
    public Preflight preflight() {
        return new Preflight(
                settings, tools, supervisor, targets, database, agents, roles, this::environment, searchPath());
    }

    /** The agent CLIs that are known. To add one, name it here. */
    public static List<Cli> clis() {
        return List.of(new ClaudeCode(), new Cursor(), new Codex(), new OpenCode(), new Gemini());
    }

    /** The tools that roles can name. */
    private Map<String, AgentTool> agents() {
        List<AgentTool> tools = new ArrayList<>(List.of(new RecordedTool(supervisor), new NopTool()));
        PriceTable prices = PriceTable.shipped();
        for (Cli cli : clis()) {
            Optional<URI> endpoint =
                    Option.of(cli.name() + "-base-url").flatMap(settings::text).map(URI::create);
            tools.add(new CliTool(cli, new Account(System.getenv(), endpoint), prices, supervisor));
        }
        Map<String, AgentTool> byName = new LinkedHashMap<>();
        tools.forEach(tool -> byName.put(tool.name(), tool));
        return byName;
    }

    /** What the tools of a variant sign in with. */
    private List<String> secrets(Variant variant) {
        return Stream.of(variant.planner(), variant.implementer(), variant.verifier())
                .distinct()
                .flatMap(role -> roles.tool(role).secrets().stream())
                .toList();
    }

    private RetryingAgent patient(Agent agent) {
        return new RetryingAgent(
                agent, RetryPolicy.DEFAULT, clock, time -> Thread.sleep(time.toMillis()), new Random()::nextDouble);
    }

    private Performer performer(Role role, Experiment experiment) {
        AgentTool tool = roles.tool(role);
        Agent policed = new PolicedAgent(tool.agentFor(experiment), Policy.experiment(), clock);
        // what is built in costs nothing, whatever a recording says, and never waits for anybody
        Agent agent = tool.builtIn() ? policed : patient(budgeted(policed));
        return new Performer(tool.name(), role.model(), agent, tool.skillsFolder());
    }

    private Agent budgeted(Agent agent) {
        return ledger.<Agent>map(limited -> new BudgetedAgent(agent, limited)).orElse(agent);
    }

    private Set<String> leftOut() {
        Set<String> leftOut = new TreeSet<>();
        if (settings.flag(Option.SKIP_SMOKE_TEST)) {
            leftOut.add(LayerKind.SMOKE.id());
        }
        if (settings.flag(Option.SKIP_BROWSER_TEST)) {
            leftOut.add(LayerKind.BROWSER.id());
        }
        return leftOut;
    }

    private Environment environment() throws InterruptedException {
        Map<String, String> passed = new LinkedHashMap<>();
        for (String name : Environment.PASSED) {
            Optional.ofNullable(System.getenv(name)).ifPresent(value -> passed.put(name, value));
        }
        Tool node = tools.node();
        return new Environment(
                node.bin() + ":" + searchPath(),
                passed,
                new PackageCache(directories.cache().resolve("npm")),
                isolation
                        .fence()
                        .showing(directories.cache().resolve("tools"))
                        .showing(Environment.files(passed))
                        .running(node.program())
                        .running(node.bin().resolve("npm"))
                        .running(node.bin().resolve("npx")));
    }

    private static String searchPath() {
        return Optional.ofNullable(System.getenv("PATH")).orElse("/usr/local/bin:/usr/bin:/bin");
    }

    /** The version of this jar; {@code dev} where it runs from classes. */
    public static String version() {
        return Optional.ofNullable(Assay.class.getPackage().getImplementationVersion())
                .orElse("dev");
    }

    private void interrupt() {
        underWay.forEach(OpenRun::interrupt);
        supervisor.close();
        underWay.forEach(OpenRun::finish);
        giveBack();
    }

    private void giveBack() {
        giveBack("browser", browsers::close);
        giveBack("target", targets::close);
        giveBack("store", store::close);
        giveBack("log database", database::close);
        giveBack("supervisor", supervisor::close);
    }

    /** One part that cannot be closed keeps none of the others open. */
    private void giveBack(String name, Runnable close) {
        try {
            close.run();
        } catch (RuntimeException e) {
            out.println("warning: the " + name + " did not close: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException alreadyExiting) {
            return; // the hook gives everything back
        }
        allure.invitation(settings.directory()).ifPresent(out::println);
        giveBack();
    }
}
