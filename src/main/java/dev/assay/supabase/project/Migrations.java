package dev.assay.supabase.project;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.postgresql.util.PSQLException;

/**
 * The migrations and seed files of a project, applied to its database as the Supabase CLI does: files
 * {@code <version>_<name>.sql} in order, each in one transaction of its own, recorded in
 * {@code supabase_migrations.schema_migrations}.
 */
public final class Migrations {
    private static final Pattern FILE = Pattern.compile("([0-9]+)_(.*)\\.sql");
    private static final Pattern CREATE_EXTENSION =
            Pattern.compile("(?is)^create\\s+extension\\s+(?<guard>if\\s+not\\s+exists\\s+)?(?<name>\"[^\"]+\"|[\\w-]+)"
                    + "(?:\\s+with)?(?:\\s+schema\\s+(?<schema>\"[^\"]+\"|\\w+))?"
                    + "(?:\\s+version\\s+\\S+)?(?:\\s+cascade)?\\s*$");
    private static final Pattern NOT_AVAILABLE = Pattern.compile("extension \"([^\"]+)\" is not available");
    /** What the hosted service offers and the embedded PostgreSQL does not have; any other name is a mistake. */
    private static final Set<String> HOSTED_ONLY = Set.of(
            "address_standardizer_data_us",
            "http",
            "hypopg",
            "index_advisor",
            "pg_cron",
            "pg_graphql",
            "pg_hashids",
            "pg_jsonschema",
            "pg_net",
            "pg_partman",
            "pg_repack",
            "pg_stat_monitor",
            "pg_tle",
            "pgaudit",
            "pgjwt",
            "pgmq",
            "pgroonga",
            "pgroonga_database",
            "pgrouting",
            "pgsodium",
            "pgtap",
            "plcoffee",
            "plls",
            "plpgsql_check",
            "plv8",
            "postgis",
            "postgis_raster",
            "postgis_sfcgal",
            "postgis_tiger_geocoder",
            "postgis_topology",
            "address_standardizer",
            "rum",
            "timescaledb",
            "vector",
            "wrappers");

    private static final String FEATURE_NOT_SUPPORTED = "0A000";
    private static final int STATEMENT_SECONDS = 300;
    private static final long MAX_FILE = 32L << 20;

    private final Path supabase;
    private final String ownerUrl;

    /**
     * @param project the folder that holds {@code supabase/}
     * @param ownerUrl JDBC URL of the database as {@code postgres}
     */
    public Migrations(Path project, String ownerUrl) {
        this.supabase = project.resolve("supabase");
        // the simple protocol sends each statement as it was written
        this.ownerUrl = ownerUrl + (ownerUrl.contains("?") ? "&" : "?") + "preferQueryMode=simple";
    }

    private record Migration(Path path, String version, String name) {
        String file() {
            return version + "_" + name + ".sql";
        }
    }

    /** Applies what was not applied yet; stops at the first failure, whose transaction is undone. */
    public Migrated apply() throws InterruptedException {
        List<String> done = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(ownerUrl)) {
            List<Migration> local = local(notes);
            List<String> applied = applied(connection);
            Optional<Migrated.Failure> disorder = disorder(local, applied);
            if (disorder.isPresent()) {
                return new Migrated(List.of(), notes, disorder);
            }
            for (Migration migration : local) {
                if (applied.contains(migration.version())) {
                    continue;
                }
                Optional<Migrated.Failure> failure = apply(connection, migration);
                if (failure.isPresent()) {
                    return new Migrated(List.copyOf(done), List.copyOf(notes), failure);
                }
                done.add(migration.file());
            }
            return new Migrated(List.copyOf(done), List.copyOf(notes), Optional.empty());
        } catch (SQLException e) {
            throw new IllegalStateException("The project's database does not answer: " + e.getMessage(), e);
        }
    }

    private List<Migration> local(List<String> notes) {
        Path folder = supabase.resolve("migrations");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Migration> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted(
                            Comparator.comparing(path -> path.getFileName().toString()))
                    .toList()) {
                String name = file.getFileName().toString();
                Matcher matcher = FILE.matcher(name);
                if (!Files.isRegularFile(file)) {
                    continue;
                }
                if (matcher.matches()) {
                    found.add(new Migration(file, matcher.group(1), matcher.group(2)));
                } else {
                    notes.add("Skipping migration " + name
                            + "... (file name must match pattern \"<timestamp>_name.sql\")");
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("The folder supabase/migrations cannot be read: " + e, e);
        }
        return found;
    }

    private static List<String> applied(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // an app may have dropped it, as `drop schema … cascade` scripts do
            statement.execute("create schema if not exists supabase_migrations");
            statement.execute("create table if not exists supabase_migrations.schema_migrations"
                    + " (version text not null primary key, statements text[], name text)");
            try (ResultSet rows = statement.executeQuery(
                    "select version from supabase_migrations.schema_migrations order by version collate \"C\"")) {
                List<String> versions = new ArrayList<>();
                while (rows.next()) {
                    versions.add(rows.getString(1));
                }
                return versions;
            }
        }
    }

    /** The CLI applies only what comes after all that the database has; anything else it refuses. */
    private static Optional<Migrated.Failure> disorder(List<Migration> local, List<String> applied) {
        TreeSet<String> known = new TreeSet<>();
        local.forEach(migration -> known.add(migration.version()));
        List<String> gone =
                applied.stream().filter(version -> !known.contains(version)).toList();
        if (!gone.isEmpty()) {
            return Optional.of(new Migrated.Failure(
                    gone.get(0),
                    "Remote migration versions not found in local migrations directory: " + String.join(", ", gone)
                            + " (applied to the database, but the file is gone or renamed). Put the file back, or reset"
                            + " the database.",
                    false));
        }
        if (applied.isEmpty()) {
            return Optional.empty();
        }
        String last = applied.get(applied.size() - 1);
        return local.stream()
                .filter(migration -> !applied.contains(migration.version())
                        && migration.version().compareTo(last) < 0)
                .findFirst()
                .map(migration -> new Migrated.Failure(
                        migration.file(),
                        migration.file() + " is not in order: it would be inserted before migration " + last
                                + ", which the database already has. Give it a later version, or reset the database.",
                        false));
    }

    private Optional<Migrated.Failure> apply(Connection connection, Migration migration) throws InterruptedException {
        String file = migration.file();
        List<SqlStatement> statements;
        try {
            statements = SqlSplitter.split(text(migration.path()));
        } catch (IOException e) {
            return Optional.of(new Migrated.Failure(file, file + " cannot be read: " + e.getMessage(), false));
        }
        try {
            Optional<Migrated.Failure> failure = run(connection, file, statements);
            if (failure.isPresent()) {
                return failure;
            }
            record(connection, migration, statements);
            connection.commit();
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of(new Migrated.Failure(
                    file, file + ": ERROR " + e.getSQLState() + ": " + firstLine(e.getMessage()), false));
        } finally {
            end(connection);
        }
    }

    private static void end(Connection connection) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            throw new IllegalStateException("The project's database went away: " + e.getMessage(), e);
        }
    }

    private Optional<Migrated.Failure> run(Connection connection, String file, List<SqlStatement> statements)
            throws SQLException, InterruptedException {
        connection.setAutoCommit(true);
        try (Statement reset = connection.createStatement()) {
            reset.execute("reset all");
        }
        connection.setAutoCommit(false);
        for (SqlStatement statement : statements) {
            if (Thread.interrupted()) {
                throw new InterruptedException("stopped before " + file + ":" + statement.line());
            }
            try {
                execute(connection, statement);
            } catch (SQLException e) {
                return Optional.of(failure(file, statement, e));
            }
        }
        return Optional.empty();
    }

    private static void execute(Connection connection, SqlStatement statement) throws SQLException {
        if (statement.standsAlone()) {
            connection.commit();
            connection.setAutoCommit(true);
        }
        Matcher extension = CREATE_EXTENSION.matcher(statement.text());
        try (Statement jdbc = connection.createStatement()) {
            jdbc.setEscapeProcessing(false);
            jdbc.setQueryTimeout(STATEMENT_SECONDS);
            if (extension.matches()) {
                createExtension(connection, extension);
            } else {
                jdbc.execute(statement.text());
            }
        } finally {
            connection.setAutoCommit(false);
        }
    }

    /** The hosted service makes an extension as its superuser whatever role asks, where its list has it. */
    private static void createExtension(Connection connection, Matcher parsed) throws SQLException {
        String name = identifier(parsed.group("name"));
        String schema = parsed.group("schema");
        try (PreparedStatement exists =
                connection.prepareStatement("select from pg_catalog.pg_extension where extname = ?")) {
            exists.setString(1, name);
            try (ResultSet row = exists.executeQuery()) {
                if (row.next() && parsed.group("guard") != null) {
                    return;
                }
            }
        }
        try (PreparedStatement create = connection.prepareStatement("select supabase_admin.create_extension(?, ?)")) {
            create.setString(1, name);
            create.setString(2, schema == null ? null : identifier(schema));
            create.execute();
        }
    }

    private static String identifier(String written) {
        return written.startsWith("\"") ? written.substring(1, written.length() - 1) : written.toLowerCase(Locale.ROOT);
    }

    private static Migrated.Failure failure(String file, SqlStatement statement, SQLException e) {
        int line = statement.line();
        String message = firstLine(e.getMessage());
        StringBuilder more = new StringBuilder();
        if (e instanceof PSQLException server && server.getServerErrorMessage() != null) {
            var said = server.getServerErrorMessage();
            message = String.valueOf(said.getMessage());
            if (said.getPosition() > 0) {
                line = statement.lineAt(said.getPosition());
            }
            if (said.getDetail() != null) {
                more.append("\nDetail: ").append(said.getDetail());
            }
            if (said.getHint() != null) {
                more.append("\nHint: ").append(said.getHint());
            }
            if (said.getWhere() != null) {
                more.append("\nContext: ").append(firstLine(said.getWhere()));
            }
        }
        Matcher unavailable = NOT_AVAILABLE.matcher(message);
        boolean infrastructure = FEATURE_NOT_SUPPORTED.equals(e.getSQLState())
                && unavailable.matches()
                && HOSTED_ONLY.contains(unavailable.group(1));
        if (infrastructure) {
            message += " on the embedded Supabase";
            more.setLength(0);
            more.append("\nUse a local or hosted target for apps that need it");
        }
        return new Migrated.Failure(
                file,
                file + ":" + line + ": ERROR " + e.getSQLState() + ": " + message + more + "\nAt statement: "
                        + statement.head(),
                infrastructure);
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    private static void record(Connection connection, Migration migration, List<SqlStatement> statements)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into supabase_migrations.schema_migrations (version, name, statements) values (?, ?, ?)")) {
            insert.setString(1, migration.version());
            insert.setString(2, migration.name());
            insert.setArray(
                    3,
                    connection.createArrayOf(
                            "text", statements.stream().map(SqlStatement::text).toArray()));
            insert.execute();
        }
    }

    /** Runs the seed files, each in a transaction of its own; for a database that was just migrated. */
    public Migrated seed(ProjectConfig.Seed seed) throws InterruptedException {
        List<String> done = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        if (!seed.enabled()) {
            return new Migrated(List.of(), List.of(), Optional.empty());
        }
        try (Connection connection = DriverManager.getConnection(ownerUrl)) {
            for (Path file : seedFiles(seed.paths(), notes)) {
                String name = "supabase/" + supabase.relativize(file);
                Optional<Migrated.Failure> failure = seed(connection, file, name);
                if (failure.isPresent()) {
                    return new Migrated(List.copyOf(done), List.copyOf(notes), failure);
                }
                done.add(name);
            }
            return new Migrated(List.copyOf(done), List.copyOf(notes), Optional.empty());
        } catch (SQLException e) {
            throw new IllegalStateException("The project's database does not answer: " + e.getMessage(), e);
        }
    }

    private Optional<Migrated.Failure> seed(Connection connection, Path file, String name) throws InterruptedException {
        try {
            String script = text(file);
            Optional<Migrated.Failure> failure = run(connection, name, SqlSplitter.split(script));
            if (failure.isPresent()) {
                return failure;
            }
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into supabase_migrations.seed_files (path, hash) values (?, ?)"
                            + " on conflict (path) do update set hash = excluded.hash")) {
                insert.setString(1, name);
                insert.setString(2, sha256(script));
                insert.execute();
            }
            connection.commit();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(new Migrated.Failure(name, name + " cannot be read: " + e.getMessage(), false));
        } catch (SQLException e) {
            return Optional.of(new Migrated.Failure(
                    name, name + ": ERROR " + e.getSQLState() + ": " + firstLine(e.getMessage()), false));
        } finally {
            end(connection);
        }
    }

    private List<Path> seedFiles(List<String> patterns, List<String> notes) {
        List<Path> files = new ArrayList<>();
        if (!Files.isDirectory(supabase)) {
            return files;
        }
        for (String pattern : patterns) {
            Path wanted = Path.of(pattern.startsWith("./") ? pattern.substring(2) : pattern);
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + wanted);
            try (Stream<Path> all = Files.walk(supabase, Math.max(2, wanted.getNameCount()))) {
                List<Path> found = all.filter(Files::isRegularFile)
                        .filter(path -> matcher.matches(supabase.relativize(path)))
                        .filter(path -> !files.contains(path))
                        .sorted()
                        .toList();
                if (found.isEmpty()) {
                    notes.add("no files matched the seed pattern " + pattern);
                }
                files.addAll(found);
            } catch (IOException e) {
                throw new IllegalStateException("The folder supabase/ cannot be read: " + e, e);
            }
        }
        return files;
    }

    /** The text of a file that lies within the project: a link that leads out of it is none of its migrations. */
    private String text(Path file) throws IOException {
        if (!file.toRealPath().startsWith(supabase.toRealPath())) {
            throw new IOException("it is a link out of the folder supabase/");
        }
        if (Files.size(file) > MAX_FILE) {
            throw new IOException("it is longer than " + (MAX_FILE >> 20) + " MiB");
        }
        return Files.readString(file, StandardCharsets.UTF_8);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }
}
