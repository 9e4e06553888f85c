package dev.assay.supabase.command;

import static dev.assay.supabase.SupabaseFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.process.Captured;
import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.SupabaseJs;
import dev.assay.supabase.SupabaseProject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The supabase command as an agent runs it, in a shell with Node. */
@Timeout(600)
class CommandIT {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    @TempDir
    static Path folder;

    private static SupabaseProject project;
    private static SupabaseJs node;
    private static Path app;
    private static String path;

    @BeforeAll
    static void open() throws Exception {
        app = Files.createDirectories(folder.resolve("app"));
        project = SUPABASE.open(app);
        node = new SupabaseJs(folder, "supabase-js-2.119.0", "@supabase/supabase-js@2.119.0");
        Path others = Files.createDirectories(folder.resolve("others"));
        for (String name : List.of("pnpm", "bunx")) {
            Path other = Files.writeString(others.resolve(name), "#!/bin/sh\necho real " + name + " \"$@\"\n");
            Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        String behind = others + ":" + node.node().bin() + ":" + System.getenv("PATH");
        project.writeCommands(folder.resolve("bin"), behind);
        path = folder.resolve("bin") + ":" + behind;
    }

    @AfterAll
    static void close() {
        node.close();
        project.close();
    }

    private static Captured run(String line) throws Exception {
        return node.run(app, Map.of("PATH", path), "/bin/sh", "-c", line);
    }

    private static String out(String line) throws Exception {
        Captured captured = run(line);
        assertThat(captured.succeeded())
                .as(line + "\n" + captured.out() + captured.err())
                .isTrue();
        return captured.out();
    }

    @Test
    void should_say_what_it_cannot_do_and_fail() throws Exception {
        for (String command :
                List.of("db diff", "db dump", "db lint", "branches list", "gen types typescript --local")) {
            Captured refused = run("supabase " + command);
            assertThat(refused.succeeded()).as(command).isFalse();
            assertThat(refused.err()).as(command).contains("is not supported");
        }
        assertThat(run("supabase functions deploy nothing").err()).contains("There is no function nothing");
        assertThat(run("supabase migration new ../x").succeeded()).isFalse();
        HttpRequest stranger = HttpRequest.newBuilder(URI.create(project.url() + "/command"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"args\":[\"db\",\"reset\"]}"))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(stranger, HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void should_take_an_app_from_init_to_its_migrations() throws Exception {
        out("supabase init");
        assertThat(run("supabase init").succeeded()).isFalse();
        assertThat(out("supabase start")).contains("API_URL: " + project.url());
        assertThat(JsonMapper.shared()
                        .readTree(out("npx -y supabase@latest status -o json"))
                        .path("ANON_KEY")
                        .asString())
                .isEqualTo(project.keys().anonKey());
        assertThat(out("pnpm dlx supabase status -o env"))
                .contains("API_URL=\"" + project.url() + "\"")
                .contains("DB_URL=\"" + project.databaseUrl() + "\"");
        assertThat(out("bunx supabase --version")).isEqualTo("3.1.0\n");
        // all else goes on to the program that the machine has
        assertThat(out("pnpm install supabase")).isEqualTo("real pnpm install supabase\n");
        assertThat(out("bunx cowsay supabase")).isEqualTo("real bunx cowsay supabase\n");

        out("echo 'create table public.todos (id int primary key);' | supabase migration new todos");
        assertThat(out("supabase db push --dry-run")).contains("_todos.sql");
        assertThat(value(project.jdbcUrl(), "select to_regclass('public.todos')"))
                .isEqualTo("null");
        out("supabase migration up");
        assertThat(value(project.jdbcUrl(), "select to_regclass('public.todos')"))
                .isEqualTo("todos");
        assertThat(out("supabase migration list")).containsPattern("\\d{14}\\s+\\| \\d{14}");

        Files.writeString(app.resolve("supabase/seed.sql"), "insert into public.todos values (7);");
        assertThat(out("npm exec -- supabase db reset")).contains("Finished supabase db reset");
        assertThat(value(project.jdbcUrl(), "select id from public.todos")).isEqualTo("7");
        out("supabase migration new one < /dev/null && supabase migration new two < /dev/null");
        try (Stream<Path> migrations = Files.list(app.resolve("supabase/migrations"))) {
            assertThat(migrations.map(file -> file.getFileName().toString().substring(0, 14)))
                    .as("two of the same second would be one")
                    .doesNotHaveDuplicates();
        }
        out("supabase migration new broken < /dev/null");
        List<Path> files = new ArrayList<>();
        try (Stream<Path> migrations = Files.list(app.resolve("supabase/migrations"))) {
            migrations.filter(file -> file.toString().endsWith("_broken.sql")).forEach(files::add);
        }
        Files.writeString(files.get(0), "create tabel x;");
        Captured broken = run("supabase db push");
        assertThat(broken.succeeded()).isFalse();
        assertThat(broken.err()).contains("42601").contains("_broken.sql:1");
        Files.delete(files.get(0));

        out("supabase functions new hello");
        assertThat(out("supabase functions deploy hello")).contains("Deployed Functions: hello");
        assertThat(app.resolve("supabase/functions/hello/index.ts")).exists();
        assertThat(out("supabase stop")).contains("Stopped");
    }
}
