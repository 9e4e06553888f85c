package dev.assay.supabase.command;

import dev.assay.supabase.Exchange;
import dev.assay.supabase.SupabaseProject;
import dev.assay.supabase.Surface;
import dev.assay.supabase.project.Migrated;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /command}: what the {@code supabase} command of {@link CommandFolder} asks for, answered with what it prints and
 * its exit code. Only who has the token may ask.
 *
 * <p>Words and output follow the Supabase CLI; a command that this project cannot carry out says so and fails.
 */
public final class CommandSurface implements Surface {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String VERSION = "3.1.0";
    private static final String MINE = "This project is served by the embedded Supabase: ";

    /** What a command that is not carried out is told instead. */
    private static final Map<String, String> INSTEAD = Map.ofEntries(
            Map.entry("db diff", "write the change into a file of `supabase migration new NAME` by hand"),
            Map.entry("db pull", "there is no remote database to pull from; the migrations are in supabase/migrations"),
            Map.entry(
                    "db dump",
                    "read the schema from the migrations, or query the database at the DB_URL of"
                            + " `supabase status`"),
            Map.entry("db lint", "it needs the extension plpgsql_check, which has no build here"),
            Map.entry("db query", "connect to the DB_URL of `supabase status` instead"),
            Map.entry("db advisors", "it is not carried out here"),
            Map.entry("test db", "it needs the extension pgtap, which has no build here"),
            Map.entry("gen types", "it is not carried out here; write the types by hand"));

    private final SupabaseProject project;
    private final Path folder;
    private final String token;

    /**
     * @param folder the app's folder, which holds {@code supabase/}
     * @param token that callers must show
     */
    public CommandSurface(SupabaseProject project, Path folder, String token) {
        this.project = project;
        this.folder = folder;
        this.token = token;
    }

    @Override
    public String prefix() {
        return "/command";
    }

    /**
     * What a command printed.
     *
     * @param stays whether it goes on until it is stopped
     */
    private record Done(String out, String err, int code, boolean stays) {
        static Done said(String out) {
            return new Done(out + "\n", "", 0, false);
        }

        static Done failed(String err) {
            return new Done("", err + "\n", 1, false);
        }
    }

    @Override
    public void handle(Exchange exchange) throws Exception {
        byte[] shown = exchange.header("x-command-token").orElse("").getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(shown, token.getBytes(StandardCharsets.UTF_8))) {
            exchange.respondJson(403, "{\"message\":\"Only the project's own supabase command may ask\"}");
            return;
        }
        List<String> args = new ArrayList<>();
        try {
            JSON.readTree(exchange.body()).path("args").forEach(arg -> args.add(arg.asString("")));
        } catch (JacksonException e) {
            exchange.respondJson(400, "{\"message\":\"The command cannot be read\"}");
            return;
        }
        Done done = run(args);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("out", done.out()).put("err", done.err()).put("code", done.code());
        exchange.respondJson(200, answer.put("stays", done.stays()).toString());
    }

    private Done run(List<String> args) throws InterruptedException {
        if (args.contains("--version") || args.contains("-v")) {
            return Done.said(VERSION);
        }
        List<String> words = args.stream().filter(arg -> !arg.startsWith("-")).toList();
        if (words.isEmpty()
                || args.contains("--help")
                || args.contains("-h")
                || words.get(0).equals("help")) {
            return Done.said(HELP);
        }
        String first = words.get(0);
        String two = words.size() > 1 ? first + " " + words.get(1) : first;
        return switch (first) {
            case "start" -> start(args);
            case "status" -> status(args);
            case "stop" -> Done.said("Stopped supabase local development setup.");
            case "login", "logout", "link", "unlink" ->
                Done.said(MINE + "it needs no account and no link; `supabase db push` and `supabase functions deploy`"
                        + " work on it.");
            case "db", "migration", "migrations", "functions", "secrets" -> group(two, words, args);
            default -> refused(two);
        };
    }

    private Done group(String two, List<String> words, List<String> args) throws InterruptedException {
        return switch (two) {
            case "db start" -> start(args);
            case "db reset" -> reset();
            case "db push" ->
                args.contains("--dry-run")
                        ? Done.said("DRY RUN: migrations will *not* be pushed to the database.\n" + pending())
                        : applied("Finished supabase db push.");
            case "migration up", "migrations up" -> applied("Local database is up to date.");
            case "migration list", "migrations list" -> Done.said(list());
            case "functions serve" -> serve();
            case "functions deploy" -> deploy(words);
            case "functions list" -> Done.said(String.join("\n", functions()));
            case "secrets set", "secrets unset", "secrets list" -> secrets();
            default -> refused(two);
        };
    }

    private static Done refused(String command) {
        String instead = INSTEAD.getOrDefault(command, "see `supabase --help` for what it can do");
        return Done.failed(MINE + "`supabase " + command + "` is not supported; " + instead + ".");
    }

    private Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("API_URL", project.url());
        facts.put("REST_URL", project.url() + "/rest/v1");
        facts.put("STORAGE_URL", project.url() + "/storage/v1");
        facts.put("FUNCTIONS_URL", project.url() + "/functions/v1");
        facts.put("DB_URL", project.databaseUrl());
        facts.put("MAILPIT_URL", project.url() + "/mailbox");
        facts.put("INBUCKET_URL", project.url() + "/mailbox");
        facts.put("PUBLISHABLE_KEY", project.keys().publishableKey());
        facts.put("SECRET_KEY", project.keys().secretKey());
        facts.put("JWT_SECRET", project.keys().jwtSecret());
        facts.put("ANON_KEY", project.keys().anonKey());
        facts.put("SERVICE_ROLE_KEY", project.keys().serviceKey());
        return facts;
    }

    private Done start(List<String> args) throws InterruptedException {
        Migrated migrated = project.migrate();
        if (migrated.failure().isPresent()) {
            return failure(migrated, new StringBuilder());
        }
        Done status = status(args);
        return new Done(status.out(), "Started supabase local development setup.\n\n", 0, false);
    }

    private Done status(List<String> args) {
        String form = option(args, "-o", "--output", "pretty");
        return switch (form) {
            case "json" -> Done.said(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(facts()));
            case "env" -> Done.said(lines("%s=\"%s\""));
            case "yaml" -> Done.said(lines("%s: %s"));
            case "toml" -> Done.said(lines("%s = \"%s\""));
            case "pretty" -> Done.said(lines("%20s: %s"));
            default -> Done.failed("unknown output format " + form + "; use env, json, pretty, toml or yaml");
        };
    }

    private String lines(String format) {
        return facts().entrySet().stream()
                .map(fact -> String.format(format, fact.getKey(), fact.getValue()))
                .collect(Collectors.joining("\n"));
    }

    private static String option(List<String> args, String brief, String full, String otherwise) {
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            if (arg.startsWith(full + "=")) {
                return arg.substring(full.length() + 1);
            }
            if ((arg.equals(brief) || arg.equals(full)) && i + 1 < args.size()) {
                return args.get(i + 1);
            }
        }
        return otherwise;
    }

    private Done reset() throws InterruptedException {
        Migrated migrated = project.reset();
        StringBuilder said = new StringBuilder("Resetting local database...\n");
        if (migrated.failure().isPresent()) {
            return failure(migrated, said);
        }
        steps(migrated, said);
        return new Done("Finished supabase db reset.\n", said.toString(), 0, false);
    }

    private Done applied(String end) throws InterruptedException {
        Migrated migrated = project.migrate();
        StringBuilder said = new StringBuilder();
        if (migrated.failure().isPresent()) {
            return failure(migrated, said);
        }
        steps(migrated, said);
        return new Done(
                (migrated.done().isEmpty() ? "Remote database is up to date." : end) + "\n", said.toString(), 0, false);
    }

    private static void steps(Migrated migrated, StringBuilder said) {
        migrated.notes().forEach(note -> said.append(note).append('\n'));
        migrated.done()
                .forEach(
                        file -> said.append(file.startsWith("supabase/") ? "Seeding data from " : "Applying migration ")
                                .append(file)
                                .append("...\n"));
    }

    private static Done failure(Migrated migrated, StringBuilder said) {
        steps(migrated, said);
        String message = migrated.failure().map(Migrated.Failure::message).orElse("");
        return new Done("", said + message + "\n", 1, false);
    }

    private Map<String, String> versions() {
        Map<String, String> versions = new TreeMap<>();
        Path migrations = folder.resolve("supabase/migrations");
        if (!Files.isDirectory(migrations)) {
            return versions;
        }
        try (Stream<Path> files = Files.list(migrations)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("[0-9]+_.*\\.sql"))
                    .forEach(name -> versions.put(name.substring(0, name.indexOf('_')), name));
            return versions;
        } catch (IOException e) {
            throw new IllegalStateException("The folder supabase/migrations cannot be read: " + e, e);
        }
    }

    private List<String> applied() {
        try (Connection connection = DriverManager.getConnection(project.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select version from supabase_migrations.schema_migrations order by 1")) {
            List<String> versions = new ArrayList<>();
            while (rows.next()) {
                versions.add(rows.getString(1));
            }
            return versions;
        } catch (SQLException e) {
            throw new IllegalStateException("The project's migrations cannot be listed: " + e.getMessage(), e);
        }
    }

    private String list() {
        List<String> applied = applied();
        Map<String, String> all = new TreeMap<>(versions());
        Map<String, String> local = versions();
        applied.forEach(version -> all.putIfAbsent(version, ""));
        StringBuilder table = new StringBuilder(String.format(" %-16s| %-16s%n", "Local", "Remote"));
        table.append("-----------------|-----------------\n");
        all.keySet()
                .forEach(version -> table.append(String.format(
                        " %-16s| %-16s%n",
                        local.containsKey(version) ? version : "", applied.contains(version) ? version : "")));
        return table.toString().stripTrailing();
    }

    private String pending() {
        List<String> applied = applied();
        String files = versions().entrySet().stream()
                .filter(migration -> !applied.contains(migration.getKey()))
                .map(migration -> " • " + migration.getValue())
                .collect(Collectors.joining("\n"));
        return files.isEmpty() ? "Remote database is up to date." : "Would push these migrations:\n" + files;
    }

    private List<String> functions() {
        Path functions = folder.resolve("supabase/functions");
        if (!Files.isDirectory(functions)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(functions)) {
            return folders.filter(Files::isDirectory)
                    .map(path -> path.getFileName().toString())
                    .filter(name -> !name.startsWith("_") && !name.startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException("The folder supabase/functions cannot be read: " + e, e);
        }
    }

    private Done serve() {
        String names = functions().stream()
                .map(name -> " - " + project.url() + "/functions/v1/" + name)
                .collect(Collectors.joining("\n"));
        return new Done(
                "Serving functions on " + project.url() + "/functions/v1/<function-name>\n" + names + "\n",
                "",
                0,
                true);
    }

    private Done deploy(List<String> words) {
        List<String> known = functions();
        List<String> wanted = words.size() > 2 ? words.subList(2, words.size()) : known;
        List<String> missing =
                wanted.stream().filter(name -> !known.contains(name)).toList();
        if (!missing.isEmpty()) {
            return Done.failed("There is no function " + String.join(", ", missing)
                    + " in supabase/functions; make it with `supabase functions new NAME`");
        }
        return wanted.isEmpty()
                ? Done.failed("No Functions specified or found in supabase/functions")
                : Done.said("Deployed Functions: " + String.join(", ", wanted)
                        + " (the embedded Supabase serves them from" + " supabase/functions as they are)");
    }

    private static Done secrets() {
        return Done.failed(MINE
                + "its functions read their secrets from supabase/functions/.env; write NAME=value lines" + " there.");
    }

    private static final String HELP = """
            Supabase CLI, as the embedded Supabase answers it. No Docker and no account are needed.

              init, start, stop, status [-o env|json|pretty|toml|yaml]
              migration new|list|up, db reset, db push [--dry-run]
              functions new|list|serve|deploy
              login, logout, link, unlink    nothing to do

            Anything else says that it is not supported, and what to use instead.""";
}
