package dev.assay.check.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.check.CheckBody;
import dev.assay.check.CheckResult;
import dev.assay.check.CheckResult.Status;
import dev.assay.check.Checks;
import dev.assay.check.Subject;
import dev.assay.experiment.AppInterface;
import dev.assay.experiment.Contract;
import dev.assay.experiment.Contract.Resource;
import dev.assay.experiment.Limits;
import dev.assay.process.Supervisor;
import dev.assay.supabase.SupabaseJs;
import dev.assay.target.EmbeddedTargets;
import dev.assay.target.Target;
import dev.assay.tools.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A chat on the embedded Supabase's realtime, in two windows of a real browser. */
@Timeout(600)
class ChatAppIT {
    private static final Path CACHE = Path.of(System.getProperty("user.home"), ".cache", "assay");
    private static final String MIGRATION = """
            create table public.messages (
                id bigint generated always as identity primary key,
                author uuid not null default auth.uid() references auth.users,
                body text not null);
            alter table public.messages enable row level security;
            create policy reads on public.messages for select to authenticated using (true);
            create policy writes on public.messages for insert to authenticated with check (author = auth.uid());
            """;
    private static final String PUBLISHED = "alter publication supabase_realtime add table public.messages;";
    private static final Bounds SHORT =
            new Bounds(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(6));

    @TempDir
    Path folder;

    @Test
    void should_show_in_one_window_what_is_said_in_the_other() throws Exception {
        try (Supervisor supervisor = Supervisor.open();
                SupabaseJs client = new SupabaseJs(folder, "supabase-js-2.119.0", "@supabase/supabase-js@2.119.0");
                Browsers browsers =
                        new Browsers(new Tools(CACHE, supervisor, false, System.out), supervisor, Optional.empty());
                EmbeddedTargets targets = new EmbeddedTargets(CACHE)) {
            browsers.examine(); // installed where there is none, so that no flow has to wait for it

            CheckResult silent = flow(supervisor, client, browsers, targets, "silent", MIGRATION, SHORT);
            CheckResult right =
                    flow(supervisor, client, browsers, targets, "right", MIGRATION + PUBLISHED, Bounds.DEFAULT);

            assertThat(silent.findings())
                    .as("the table is not in the publication: %s", silent.error())
                    .extracting(finding -> finding.message())
                    .anyMatch(message -> message.contains("does not appear"));
            assertThat(right.status())
                    .as("%s %s", right.findings(), right.error())
                    .isEqualTo(Status.PASSED);
        }
    }

    private CheckResult flow(
            Supervisor supervisor,
            SupabaseJs client,
            Browsers browsers,
            EmbeddedTargets targets,
            String name,
            String migration,
            Bounds bounds)
            throws Exception {
        Path project = folder.resolve(name);
        Path migrations = Files.createDirectories(project.resolve("supabase/migrations"));
        Files.writeString(migrations.resolve("20260101000000_chat.sql"), migration);
        Files.createSymbolicLink(project.resolve("node_modules"), folder.resolve("node_modules"));
        try (InputStream app = ChatAppIT.class.getResourceAsStream("chat.mjs")) {
            Files.copy(Objects.requireNonNull(app), project.resolve("chat.mjs"));
        }
        int port = freePort();
        try (Target target = targets.open(project, folder.resolve(name + "-files"))) {
            Target.Applied applied = target.applyMigrations();
            Map<String, String> environment = new HashMap<>();
            environment.put("PATH", client.node().bin() + ":" + System.getenv("PATH"));
            environment.put("PORT", String.valueOf(port));
            environment.put("SUPABASE_URL", target.apiUrl().toString());
            environment.put("SUPABASE_ANON_KEY", target.anonKey());
            Subject subject = new Subject(
                    new Contract(
                            "own",
                            Map.of(),
                            List.of(),
                            List.of(),
                            List.of("realtime"),
                            Optional.of(new Resource("messages", "Message"))),
                    new AppInterface("true", "true", "exec node chat.mjs", List.of(), "", ""),
                    Limits.DEFAULT,
                    target,
                    applied,
                    project,
                    environment,
                    port,
                    folder.resolve(name + "-artifacts"));
            Reported reported = new Reported();
            new BrowserLayer(supervisor, browsers, bounds, (any, resource) -> List.of(resource.table()))
                    .run(subject, reported);
            assertThat(reported.skipped).isEmpty();
            return Objects.requireNonNull(reported.results.get("realtime"), reported.results::toString);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Keeps what is reported, by id. */
    private static final class Reported implements Checks {
        private final Map<String, CheckResult> results = new LinkedHashMap<>();
        private final Map<String, String> skipped = new LinkedHashMap<>();

        @Override
        public CheckResult check(String id, String name, CheckBody body) throws InterruptedException {
            CheckResult result = CheckResult.of(body);
            results.put(id, result);
            return result;
        }

        @Override
        public void skipped(String id, String name, String reason) {
            skipped.put(id, reason);
        }
    }
}
