package dev.assay.cli;

import dev.assay.settings.Directories;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.supabase.EmbeddedSupabase;
import dev.assay.supabase.SupabaseProject;
import dev.assay.supabase.auth.Mailbox.Mail;
import dev.assay.supabase.project.Migrated;
import dev.assay.supabase.project.ProjectConfig;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code assay supabase}: the embedded Supabase by itself, for a project at hand, until it is interrupted. */
@Command(
        name = "supabase",
        description = "Starts a Supabase for a project, without Docker: migrations and seed are applied, then it serves"
                + " until Ctrl-C. Nothing is kept.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  assay supabase                          for the folder at hand",
            "  assay supabase --project my-app         for another one",
            "  assay supabase --own-keys --json        a free port and random keys, as one line of JSON"
        })
final class SupabaseCommand implements Callable<Integer> {
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    @Spec
    private CommandSpec spec;

    @CommandLine.Option(
            names = "--project",
            paramLabel = "DIR",
            description = "the folder that holds supabase/ (default: the current one)")
    private Path project = Path.of("");

    @CommandLine.Option(
            names = "--own-keys",
            description = "a free port and random keys instead of those that every local project has")
    private boolean ownKeys;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    SupabaseCommand() {}

    static CommandLine withOptions(SupabaseCommand command) {
        CommandLine line = new CommandLine(command);
        Options.add(line.getCommandSpec(), List.of(Option.JSON, Option.CACHE_DIR));
        return line;
    }

    @Override
    public Integer call() throws InterruptedException {
        Settings settings = Options.settings(Options.given(spec));
        Path folder = project.toAbsolutePath().normalize();
        if (!Files.isDirectory(folder)) {
            throw new ParameterException(
                    spec.commandLine(), "There is no folder " + project + ". Name one that holds supabase/");
        }
        Thread atExit = new Thread(this::interrupt, "assay-supabase-exit");
        Runtime.getRuntime().addShutdownHook(atExit);
        try (EmbeddedSupabase supabase =
                        EmbeddedSupabase.start(Directories.of(settings).cache(), ownKeys ? 0 : databasePort(folder));
                SupabaseProject opened = supabase.open(
                        folder, ownKeys ? EmbeddedSupabase.Identity.OWN : EmbeddedSupabase.Identity.WELL_KNOWN)) {
            return serve(opened, settings.flag(Option.JSON));
        } finally {
            closed.countDown();
            forget(atExit);
        }
    }

    private void forget(Thread atExit) {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // it is what is running
        }
    }

    private static int databasePort(Path folder) {
        try {
            return ProjectConfig.read(folder).database().port();
        } catch (ProjectConfig.BrokenConfig e) {
            return ProjectConfig.defaults().database().port(); // told of when the migrations are applied
        }
    }

    private int serve(SupabaseProject opened, boolean json) throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Migrated migrated = opened.reset();
        if (!json) {
            migrated.done().forEach(file -> out.println("applied " + file));
            migrated.notes().forEach(out::println);
        }
        if (migrated.failure().isPresent()) {
            err.println(migrated.failure().get().message());
            err.println("The migrations do not apply; correct the file above and start again.");
            return CommandLine.ExitCode.SOFTWARE;
        }
        Map<String, String> facts = facts(opened);
        if (json) {
            out.println(JsonMapper.shared().writeValueAsString(facts));
        } else {
            facts.forEach((name, value) -> out.println(String.format("%-16s %s", name, value)));
            out.println("Ready. Mails are printed here; Ctrl-C stops and forgets everything.");
            opened.mailbox().tell(mail -> print(out, mail));
        }
        out.flush();
        interrupted.await();
        return 0;
    }

    private static void print(PrintWriter out, Mail mail) {
        out.println("mail to " + mail.to() + " (" + mail.type() + "): code " + mail.code() + ", link " + mail.link());
        out.flush();
    }

    private static Map<String, String> facts(SupabaseProject opened) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("API_URL", opened.url());
        facts.put("DB_URL", opened.databaseUrl());
        facts.put("PUBLISHABLE_KEY", opened.keys().publishableKey());
        facts.put("SECRET_KEY", opened.keys().secretKey());
        facts.put("ANON_KEY", opened.keys().anonKey());
        facts.put("SERVICE_ROLE_KEY", opened.keys().serviceKey());
        facts.put("JWT_SECRET", opened.keys().jwtSecret());
        return facts;
    }

    /** Runs as the JVM goes down: it waits for what {@link #call} closes, since only threads of its own do. */
    private void interrupt() {
        interrupted.countDown();
        try {
            if (!closed.await(10, TimeUnit.SECONDS)) {
                System.err.println("The embedded Supabase did not close within 10 s.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
