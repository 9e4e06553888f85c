package dev.assay.target;

import dev.assay.supabase.SupabaseProject;
import dev.assay.supabase.functions.EdgeFunctions;
import dev.assay.supabase.project.Migrated;
import dev.assay.tools.ToolMissing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A target in this JVM. */
final class EmbeddedTarget implements Target {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final SupabaseProject supabase;
    private final Path project;

    EmbeddedTarget(SupabaseProject supabase, Path project) {
        this.supabase = supabase;
        this.project = project;
    }

    @Override
    public TargetKind kind() {
        return TargetKind.EMBEDDED;
    }

    @Override
    public URI apiUrl() {
        return URI.create(supabase.url());
    }

    @Override
    public String anonKey() {
        return supabase.keys().anonKey();
    }

    @Override
    public String serviceKey() {
        return supabase.keys().serviceKey();
    }

    @Override
    public String jdbcUrl() {
        return supabase.jdbcUrl();
    }

    @Override
    public Path project() {
        return project;
    }

    @Override
    public Map<String, String> publicEnvironment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("SUPABASE_URL", supabase.url());
        environment.put("SUPABASE_ANON_KEY", anonKey());
        return Map.copyOf(environment);
    }

    @Override
    public boolean writeCommands(Path programs, String path) {
        supabase.writeCommands(programs, path);
        return true;
    }

    @Override
    public Applied applyMigrations() throws InterruptedException {
        return applied(() -> supabase.migrate());
    }

    @Override
    public Applied deployFunctions() throws InterruptedException {
        try {
            EdgeFunctions.Deployed deployed = supabase.functions().deploy();
            return new Applied(
                    deployed.done(),
                    deployed.failure()
                            .map(failure ->
                                    new Applied.Failure(failure.name(), failure.message(), failure.infrastructure())));
        } catch (ToolMissing e) {
            throw new TargetUnavailable("Edge functions need Deno. " + e.getMessage(), e);
        } catch (UncheckedIOException | IllegalStateException e) {
            throw new TargetUnavailable("The embedded Supabase: " + e.getMessage(), e);
        }
    }

    @Override
    public void setSecrets(Map<String, String> secrets) {
        supabase.functions().secrets(secrets);
    }

    @Override
    public List<String> functionLog(String function) {
        return supabase.functions().log(function);
    }

    @Override
    public Applied reset() throws InterruptedException {
        return applied(() -> supabase.reset());
    }

    /** Applies something to the database. */
    private interface Application {
        Migrated run() throws InterruptedException;
    }

    private static Applied applied(Application application) throws InterruptedException {
        try {
            Migrated migrated = application.run();
            return new Applied(
                    migrated.done(),
                    migrated.failure()
                            .map(failure ->
                                    new Applied.Failure(failure.file(), failure.message(), failure.infrastructure())));
        } catch (IllegalStateException e) {
            throw new TargetUnavailable("The embedded Supabase: " + e.getMessage(), e);
        }
    }

    @Override
    public void save(Path folder) {
        new DataCopy(supabase.superuserUrl()).save(folder);
    }

    @Override
    public List<String> restore(Path folder) {
        return new DataCopy(supabase.superuserUrl()).restore(folder);
    }

    @Override
    public Optional<String> trouble() {
        try (Connection connection = DriverManager.getConnection(supabase.jdbcUrl());
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout((int) PATIENCE.toSeconds());
            statement.execute("select 1");
        } catch (SQLException e) {
            return Optional.of("The embedded Supabase's database does not answer: " + e.getMessage());
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create(supabase.url() + "/auth/v1/health"))
                .header("apikey", anonKey())
                .timeout(PATIENCE)
                .build();
        try {
            HttpResponse<String> response = HttpClient.newBuilder()
                    .connectTimeout(PATIENCE)
                    .build()
                    .send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200
                    ? Optional.empty()
                    : Optional.of(
                            "The embedded Supabase's API answers " + response.statusCode() + ": " + response.body());
        } catch (IOException e) {
            return Optional.of("The embedded Supabase's API does not answer at " + supabase.url() + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("The embedded Supabase could not be asked: interrupted");
        }
    }

    @Override
    public String catalogDigest() {
        return CatalogDigest.of(supabase.jdbcUrl());
    }

    @Override
    public void close() {
        supabase.close();
    }
}
