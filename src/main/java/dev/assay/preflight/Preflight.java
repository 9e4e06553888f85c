package dev.assay.preflight;

import dev.assay.agent.AgentTool;
import dev.assay.agent.cli.CliTool;
import dev.assay.agent.cli.Installation;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.ExperimentFiles;
import dev.assay.experiment.InvalidExperiment;
import dev.assay.experiment.Overrides;
import dev.assay.experiment.Role;
import dev.assay.experiment.Variant;
import dev.assay.postgres.PostgresUnavailable;
import dev.assay.preflight.Item.State;
import dev.assay.process.Bubblewrap;
import dev.assay.process.Supervisor;
import dev.assay.run.Roles;
import dev.assay.run.RunContext;
import dev.assay.settings.Directories;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import dev.assay.store.LogDatabase;
import dev.assay.target.Target;
import dev.assay.target.TargetUnavailable;
import dev.assay.target.Targets;
import dev.assay.tools.Tool;
import dev.assay.tools.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Looks at all that runs of the chosen experiments would use, as the options stand. Nothing is installed; an embedded
 * database is started, and given back.
 */
public final class Preflight {
    /** A run leaves about 150 MB; below this it is not worth to begin. */
    private static final long LEAST_ROOM = 1L << 30;

    private final Settings settings;
    private final Directories directories;
    private final Tools tools;
    private final Supervisor supervisor;
    private final Targets targets;
    private final LogDatabase database;
    private final Map<String, AgentTool> agents;
    private final Roles roles;
    private final RunContext.Preparation environment;
    private final String searchPath;
    private final Programs programs;

    /**
     * @param agents the tools that roles can name
     * @param roles what {@code auto} means
     * @param environment what an agent's processes see; asked only for live calls
     * @param searchPath PATH of Assay's own tools
     */
    public Preflight(
            Settings settings,
            Tools tools,
            Supervisor supervisor,
            Targets targets,
            LogDatabase database,
            Map<String, AgentTool> agents,
            Roles roles,
            RunContext.Preparation environment,
            String searchPath) {
        this.settings = settings;
        this.directories = Directories.of(settings);
        this.tools = tools;
        this.supervisor = supervisor;
        this.targets = targets;
        this.database = database;
        this.agents = agents;
        this.roles = roles;
        this.environment = environment;
        this.searchPath = searchPath;
        this.programs = new Programs(supervisor, searchPath);
    }

    /**
     * Looks.
     *
     * @param live whether each agent CLI that is signed in is called once, which costs a little
     */
    public Readiness look(boolean live) throws InterruptedException {
        List<Item> items = new ArrayList<>();
        items.add(java());
        items.add(git());
        items.add(node());
        items.add(chromium());
        items.add(ffmpeg());
        items.add(deno());
        items.add(isolation());
        items.add(folder("data", directories.data()));
        items.add(folder("cache", directories.cache()));
        items.add(store());
        List<Experiment> experiments = new ArrayList<>();
        items.add(experiments(experiments));
        items.addAll(target(experiments));
        List<AgentItem> clis = agents(live);
        items.addAll(namedRoles(clis));
        return new Readiness(items, clis, auto());
    }

    /** One line before a run that is paid for: which CLIs do its roles, and whether they are signed in. */
    public String line(Variant variant) throws InterruptedException {
        Set<String> said = new LinkedHashSet<>();
        for (Role role : List.of(variant.planner(), variant.implementer(), variant.verifier())) {
            if (agents.get(role.tool()) instanceof CliTool cli) {
                AgentItem item = agent(cli, false);
                said.add(item.title()
                        + item.version().map(version -> " " + version).orElse("")
                        + (item.signedIn() ? ", signed in" : ", NOT signed in: " + item.remedy()));
            }
        }
        return "preflight: " + String.join(" · ", said);
    }

    private static Item java() {
        return Item.ready("Java", System.getProperty("java.version", ""), System.getProperty("java.home", ""));
    }

    private Item git() throws InterruptedException {
        return programs.look("git", "git", "--version")
                .orElseGet(() -> Item.of(
                        "git",
                        State.MISSING,
                        "not on the PATH; each step of a run is kept as a commit",
                        "Install git, such as with: apt-get install git"));
    }

    private Item node() throws InterruptedException {
        return tools.lookForNode()
                .map(Preflight::found)
                .orElseGet(() -> absent(
                        "Node",
                        "there is none from version 22 on, with npm, on the PATH",
                        "Install Node 22 or newer with npm and put it on the PATH; with nvm: nvm install 22"));
    }

    private Item chromium() throws InterruptedException {
        Optional<Path> given = settings.text(Option.CHROMIUM).map(text -> settings.path(Option.CHROMIUM));
        Optional<Tool> tool = tools.lookForChromium(given);
        if (tool.isPresent()) {
            return found(tool.get());
        }
        if (settings.flag(Option.SKIP_BROWSER_TEST)) {
            return Item.of("Chromium", State.ABSENT, "not there, and left out by skip-browser-test", "");
        }
        return given.isPresent()
                ? Item.of(
                        "Chromium",
                        State.MISSING,
                        given.get() + ", which the option chromium names, is not a Chromium that runs",
                        "Name a Chromium that answers to --version, or leave the option out to have one found.")
                : absent(
                        "Chromium",
                        "there is none on the PATH nor in Playwright's cache",
                        "Install Chromium, such as with: apt-get install chromium-headless-shell");
    }

    private Item ffmpeg() throws InterruptedException {
        return tools.videoRecorder().isPresent()
                ? Item.ready("ffmpeg", "", "").saying("flows are kept as videos")
                : Item.of(
                        "ffmpeg",
                        State.ABSENT,
                        "neither Playwright's nor one with VP8 on the PATH: no videos, but traces and screenshots",
                        "To have them: npx playwright install ffmpeg");
    }

    private Item deno() throws InterruptedException {
        return tools.lookForDeno()
                .map(Preflight::found)
                .orElseGet(() -> Item.of(
                        "Deno",
                        State.ABSENT,
                        settings.flag(Option.OFFLINE)
                                ? "none of 2.9 or newer, and this is offline; only edge functions need it"
                                : "fetched from npm (45 MB) when a project has edge functions",
                        "npm install --global deno"));
    }

    private Item isolation() throws InterruptedException {
        String wish = settings.text(Option.ISOLATION).orElse("auto");
        Bubblewrap bubblewrap = Bubblewrap.look(supervisor, searchPath);
        Optional<String> program = bubblewrap.fence().bubblewrap().map(Path::toString);
        if (bubblewrap.works() && !wish.equals("off")) {
            return new Item(
                    "bubblewrap", State.READY, bubblewrap.version(), program, "agents and apps are fenced in", "");
        }
        State state = wish.equals("on") ? State.WRONG : State.ABSENT;
        String why = wish.equals("off") ? "isolation is off" : bubblewrap.why();
        return new Item(
                "bubblewrap",
                state,
                bubblewrap.version(),
                program,
                "runs are marked unisolated: agents and apps see all that you can read",
                why);
    }

    private static Item folder(String name, Path folder) {
        try {
            Files.createDirectories(folder);
            if (!Files.isWritable(folder)) {
                return Item.of(name, State.MISSING, folder + " cannot be written", remedyFor(name));
            }
            long room = Files.getFileStore(folder).getUsableSpace();
            Item item = Item.ready(name, "", folder.toString()).saying(String.format("%.1f GB free", room / 1e9));
            return room >= LEAST_ROOM
                    ? item
                    : new Item(
                            name,
                            State.MISSING,
                            Optional.empty(),
                            item.where(),
                            item.said() + ", less than the gigabyte that runs may need",
                            "Make room, or name another folder with the option " + name + "-dir.");
        } catch (IOException e) {
            return Item.of(name, State.MISSING, folder + " cannot be used: " + e, remedyFor(name));
        }
    }

    private static String remedyFor(String name) {
        return "Make it writable, or name another folder with the option " + name + "-dir.";
    }

    private Item store() {
        try (Connection connection = database.connection();
                Statement statement = connection.createStatement();
                ResultSet version = statement.executeQuery("show server_version")) {
            String server = version.next() ? version.getString(1) : "";
            return Item.ready("store", server.replaceFirst(" .*", ""), database.shown())
                    .saying("tables at " + LogDatabase.schema());
        } catch (SQLException | PostgresUnavailable e) {
            return Item.of(
                    "store",
                    State.MISSING,
                    String.valueOf(e.getMessage()),
                    settings.isGiven(Option.STORE_URL)
                            ? "Put the option store-url right, or leave it out for the embedded database. A run would keep"
                                    + " its log in its folder until `assay ingest` reads it."
                            : "See that " + directories.data() + " can be written and that memory is free.");
        }
    }

    private Item experiments(List<Experiment> read) {
        Path folder = settings.path(Option.EXPERIMENTS_DIR);
        if (settings.isGiven(Option.PROMPT)) {
            return Item.of("experiments", State.READY, "an ad-hoc prompt", "");
        }
        boolean asked = settings.isGiven(Option.EXPERIMENT) || settings.isGiven(Option.EXPERIMENTS_DIR);
        if (!asked && !Files.isDirectory(folder)) {
            return Item.of("experiments", State.ABSENT, "there is no folder " + folder + "; prompts can be run", "");
        }
        List<String> broken = new ArrayList<>();
        try {
            ExperimentFiles files = ExperimentFiles.in(folder);
            for (Path file : files.select(settings.text(Option.EXPERIMENT).orElse("all"))) {
                try {
                    read.add(Overrides.apply(files.read(file), settings));
                } catch (InvalidExperiment e) {
                    broken.add(e.getMessage());
                }
            }
        } catch (UsageError e) {
            return Item.of("experiments", State.WRONG, String.valueOf(e.getMessage()), "");
        }
        String names = String.join(", ", read.stream().map(Experiment::name).toList());
        return broken.isEmpty()
                ? Item.ready("experiments", "", folder.toString()).saying(names)
                : Item.of(
                        "experiments",
                        State.WRONG,
                        String.join("; ", broken),
                        "Put the file right; the others can run.");
    }

    /** Opens a target, and asks it for what the experiments require. */
    private List<Item> target(List<Experiment> experiments) throws InterruptedException {
        String name = "target " + targets.kind().id();
        try {
            Path folder = Files.createTempDirectory("assay-preflight-");
            try (Target target = targets.open(folder, Files.createDirectory(folder.resolve("files")))) {
                List<Item> items = new ArrayList<>();
                Optional<String> trouble = target.trouble();
                items.add(
                        trouble.isEmpty()
                                ? Item.ready(name, "", target.apiUrl().toString())
                                        .saying("opened, asked and closed again")
                                : Item.of(name, State.MISSING, trouble.get(), ""));
                items.addAll(extensions(target, experiments));
                return items;
            } finally {
                delete(folder);
            }
        } catch (TargetUnavailable | IOException | SQLException e) {
            return List.of(Item.of(name, State.MISSING, String.valueOf(e.getMessage()), ""));
        }
    }

    private static List<Item> extensions(Target target, List<Experiment> experiments) throws SQLException {
        Set<String> available = new TreeSet<>();
        List<Item> lacking = new ArrayList<>();
        if (experiments.stream().allMatch(experiment -> experiment.extensions().isEmpty())) {
            return lacking;
        }
        try (Connection connection = DriverManager.getConnection(target.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select name from pg_available_extensions")) {
            while (rows.next()) {
                available.add(rows.getString(1));
            }
        }
        for (Experiment experiment : experiments) {
            List<String> missing = experiment.extensions().stream()
                    .filter(extension -> !available.contains(extension))
                    .toList();
            if (!missing.isEmpty()) {
                lacking.add(Item.of(
                        experiment.name(),
                        State.MISSING,
                        "requires " + String.join(", ", missing) + ", which the "
                                + target.kind().id() + " target cannot have",
                        "Run it on a target that has it: target=local or target=hosted."));
            }
        }
        return lacking;
    }

    private List<AgentItem> agents(boolean live) throws InterruptedException {
        List<AgentItem> items = new ArrayList<>();
        for (AgentTool tool : agents.values()) {
            if (tool instanceof CliTool cli) {
                items.add(agent(cli, live));
            }
        }
        return items;
    }

    private AgentItem agent(CliTool tool, boolean live) throws InterruptedException {
        Optional<Installation> installation = tool.installation();
        boolean signedIn = installation.isPresent() && tool.signedIn();
        Optional<Boolean> works = Optional.empty();
        String said = "";
        if (live && signedIn) {
            Role role = Overrides.withModel(Role.parse(tool.name()), settings);
            Optional<String> trouble = new LiveCall(environment.prepare()).make(tool, role.model());
            works = Optional.of(trouble.isEmpty());
            said = trouble.orElse("");
        }
        String remedy = installation.isEmpty() ? tool.install() : signedIn ? "" : tool.signIn();
        return new AgentItem(
                tool.name(),
                tool.cli().title(),
                installation.isPresent(),
                installation.flatMap(Installation::version),
                installation.map(found -> found.program().toString()),
                signedIn,
                works,
                said,
                remedy);
    }

    /** Roles that the options name and that nobody could do. */
    private List<Item> namedRoles(List<AgentItem> clis) {
        List<Item> items = new ArrayList<>();
        for (Option option : List.of(Option.PLANNER, Option.IMPLEMENTER, Option.VERIFIER)) {
            for (String text : settings.list(option)) {
                namedRole(option, text, clis).ifPresent(items::add);
            }
        }
        return items;
    }

    private Optional<Item> namedRole(Option option, String text, List<AgentItem> clis) {
        Role role = Role.parse(text);
        if (role.isAuto()) {
            return Optional.empty();
        }
        AgentTool tool = agents.get(role.tool());
        if (tool == null) {
            return Optional.of(Item.of(
                    option.id(),
                    State.WRONG,
                    "\"" + role.tool() + "\" is no tool that Assay knows",
                    "Name one of: auto, " + String.join(", ", new TreeSet<>(agents.keySet()))));
        }
        if (!tool.installed()) {
            return Optional.of(
                    Item.of(option.id(), State.WRONG, "\"" + role.tool() + "\" is not installed", tool.install()));
        }
        Optional<AgentItem> cli =
                clis.stream().filter(item -> item.tool().equals(role.tool())).findFirst();
        if (cli.isPresent() && !cli.get().signedIn()) {
            return Optional.of(
                    Item.of(option.id(), State.MISSING, "\"" + role.tool() + "\" is not signed in", tool.signIn()));
        }
        if (cli.isPresent() && !cli.get().works().orElse(true)) {
            return Optional.of(Item.of(
                    option.id(),
                    State.MISSING,
                    "\"" + role.tool() + "\" does not work: " + cli.get().said(),
                    ""));
        }
        return Optional.of(Item.ready(option.id(), "", "").saying(role.toString()));
    }

    private String auto() throws InterruptedException {
        String lacking = roles.lacking();
        return lacking.isEmpty() ? roles.meant() : "the recorded oracle, as " + lacking;
    }

    private static Item found(Tool tool) {
        return Item.ready(tool.name(), tool.version(), tool.program().toString());
    }

    /** What a run would install, but where that is forbidden. */
    private Item absent(String name, String why, String remedy) {
        return settings.flag(Option.OFFLINE)
                ? Item.of(name, State.MISSING, why + ", and nothing is installed offline", remedy)
                : Item.of(name, State.LATER, why + "; the first run that needs it installs one with npm", "");
    }

    private static void delete(Path folder) {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder + " cannot be removed", e);
        }
    }
}
