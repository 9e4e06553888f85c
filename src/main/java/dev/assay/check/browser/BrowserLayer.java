package dev.assay.check.browser;

import dev.assay.check.Api;
import dev.assay.check.AppServer;
import dev.assay.check.CheckError;
import dev.assay.check.Checks;
import dev.assay.check.Database;
import dev.assay.check.Layer;
import dev.assay.check.LayerKind;
import dev.assay.check.Probe;
import dev.assay.check.Subject;
import dev.assay.check.TestUsers;
import dev.assay.check.catalog.Catalog;
import dev.assay.check.catalog.Table;
import dev.assay.experiment.Contract.Resource;
import dev.assay.experiment.Contract.TableRule;
import dev.assay.process.Supervisor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** What a person meets in the app: the contracted flows, in Chromium. */
public final class BrowserLayer implements Layer {
    /** Where bundlers put what they built. */
    private static final List<String> BUILT = List.of("dist", "build", "out", ".next", ".output", ".svelte-kit");

    private final Supervisor supervisor;
    private final Browsers browsers;
    private final Visits visits;
    private final TableNames tables;

    /** The names of the tables that a contracted resource may be in. */
    @FunctionalInterface
    interface TableNames {
        List<String> of(Subject subject, Resource resource);
    }

    public BrowserLayer(Supervisor supervisor, Browsers browsers) {
        this(supervisor, browsers, Bounds.DEFAULT, BrowserLayer::fromCatalog);
    }

    BrowserLayer(Supervisor supervisor, Browsers browsers, Bounds bounds, TableNames tables) {
        this.supervisor = supervisor;
        this.browsers = browsers;
        this.visits = new Visits(browsers, bounds);
        this.tables = tables;
    }

    @Override
    public LayerKind kind() {
        return LayerKind.BROWSER;
    }

    /** @throws CheckError where there is no browser that works */
    @Override
    public void run(Subject subject, Checks checks) throws InterruptedException {
        browsers.examine();
        try (AppServer app = new AppServer(subject, supervisor)) {
            boolean up = checks.check("start", "the app comes up", probe -> start(subject, app, probe))
                    .passed();
            TestUsers users = new TestUsers(Api.anon(subject.target()));
            String unusable = up ? "" : "the app does not come up";
            for (String flow : subject.contract().flows()) {
                if (!unusable.isEmpty()) {
                    checks.skipped(flow, flow, "not asked: " + unusable);
                } else if (!walk(flow, subject, app, users, checks)) {
                    unusable = "the app brings browsers down, see " + flow;
                }
            }
        }
    }

    /** Returns whether the app can go on being visited. */
    private boolean walk(String name, Subject subject, AppServer app, TestUsers users, Checks checks)
            throws InterruptedException {
        AtomicBoolean usable = new AtomicBoolean(true);
        checks.check(name, name, probe -> {
            Flow flow = flow(name, subject, users);
            usable.set(visits.make(name, () -> flow, app.origin(), subject.artifacts(), probe));
        });
        return usable.get();
    }

    private static void start(Subject subject, AppServer app, Probe probe) throws InterruptedException {
        if (!built(subject.workspace())) {
            app.command("install", subject.app().install(), probe);
            if (probe.findings().isEmpty()) {
                app.command("build", subject.app().build(), probe);
            }
        }
        if (probe.findings().isEmpty()) {
            app.start(probe);
        }
    }

    private static boolean built(Path workspace) {
        return Files.isDirectory(workspace.resolve("node_modules"))
                && BUILT.stream().map(workspace::resolve).anyMatch(Files::isDirectory);
    }

    private Flow flow(String name, Subject subject, TestUsers users) throws InterruptedException {
        Optional<Resource> resource = subject.contract().resource();
        return switch (name) {
            case "auth-redirect" -> new AuthRedirectFlow(resource);
            case "login" -> new LoginFlow(Person.of(users.user("browser")), resource);
            case "create-resource" -> {
                Resource created = needed(resource, name);
                SavedRows rows = new SavedRows(Api.anon(subject.target()).service(), tables.of(subject, created));
                yield new CreateFlow(Person.of(users.user("browser")), created, rows);
            }
            case "realtime" -> new RealtimeFlow(Person.of(users.user("browser")), needed(resource, name));
            default ->
                throw new CheckError("The flow " + name
                        + " cannot be asked yet; there are auth-redirect, login, create-resource and realtime.");
        };
    }

    private static Resource needed(Optional<Resource> resource, String flow) {
        return resource.orElseThrow(() -> new CheckError(
                "The contract asks for the flow " + flow + " but names no resource: add resource: { table, text }."));
    }

    /** The tables that the contract's rule of that name matches; the table of that very name where there is no rule. */
    private static List<String> fromCatalog(Subject subject, Resource resource) {
        Optional<TableRule> rule =
                Optional.ofNullable(subject.contract().tables().get(resource.table()));
        try (Connection connection = Database.open(subject.target())) {
            Stream<String> names = Catalog.read(connection).tables().stream().map(Table::name);
            return names.filter(
                            name -> rule.map(one -> one.matches(name)).orElseGet(() -> name.equals(resource.table())))
                    .toList();
        } catch (SQLException e) {
            throw new CheckError("The target's database does not answer: " + e.getMessage(), e);
        }
    }
}
