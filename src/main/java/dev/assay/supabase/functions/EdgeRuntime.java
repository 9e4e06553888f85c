package dev.assay.supabase.functions;

import dev.assay.process.Bubblewrap;
import dev.assay.process.Captured;
import dev.assay.process.Command;
import dev.assay.process.Fence;
import dev.assay.process.Output;
import dev.assay.process.Running;
import dev.assay.process.Supervisor;
import dev.assay.tools.Tool;
import dev.assay.tools.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What edge functions run on: Deno, which is fetched when the first function asks for it, the cache of the packages they
 * import, and the fence around them. One for all projects of a JVM; safe for use by several threads.
 *
 * <p>A function reads its own files and npm packages, writes only to a temporary folder, reaches only this machine, and
 * starts nothing: by Deno's permissions, and where bubblewrap works by a {@link Fence} besides, in which nothing else is
 * there. Packages are fetched in a step before, which runs none of their code.
 */
public final class EdgeRuntime implements AutoCloseable {
    private static final Duration FETCHING = Duration.ofMinutes(5);
    private static final Duration READING = Duration.ofMinutes(1);
    private static final List<String> PASSED = List.of(
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "http_proxy",
            "https_proxy",
            "no_proxy");
    private static final List<String> FLAGS = List.of("--no-lock", "--node-modules-dir=none");

    private final Source<Supervisor> supervisor;
    private final Source<Tool> deno;
    private final Source<Fence> fence;
    private final Path packages;
    private final Map<String, String> passed;
    private final AutoCloseable own;
    private @Nullable Fence around;
    private @Nullable Tool found;

    /** Gives something that is made when it is first needed. */
    @FunctionalInterface
    public interface Source<T> {
        T get() throws InterruptedException;
    }

    /**
     * With tools and a fence of somebody's.
     *
     * @param cache the user's cache folder for Assay; packages of functions are kept in {@code deno} below it
     * @param fence what all functions may see beside their own; {@link Fence#NONE} for no fence
     */
    public EdgeRuntime(Path cache, Supervisor supervisor, Tools tools, Source<Fence> fence) {
        this(cache, () -> supervisor, tools::deno, fence, () -> {}, System.getenv());
    }

    private EdgeRuntime(
            Path cache,
            Source<Supervisor> supervisor,
            Source<Tool> deno,
            Source<Fence> fence,
            AutoCloseable own,
            Map<String, String> environment) {
        this.packages = cache.resolve("deno").toAbsolutePath();
        this.supervisor = supervisor;
        this.deno = deno;
        this.fence = fence;
        this.own = own;
        this.passed = passed(environment);
    }

    /**
     * One with tools of its own, and a fence where bubblewrap works. Nothing is started or looked for before the first
     * function needs it.
     *
     * @param out takes the lines that say what is downloaded
     */
    public static EdgeRuntime of(Path cache, PrintStream out) {
        OwnSupervisor supervisor = new OwnSupervisor();
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/local/bin:/usr/bin:/bin");
        return new EdgeRuntime(
                cache,
                supervisor,
                () -> new Tools(cache, supervisor.get(), false, out).deno(),
                () -> Bubblewrap.look(supervisor.get(), path).fence(),
                supervisor,
                System.getenv());
    }

    /** Opened with the first process. */
    private static final class OwnSupervisor implements Source<Supervisor>, AutoCloseable {
        private @Nullable Supervisor supervisor;

        @Override
        public synchronized Supervisor get() {
            if (supervisor == null) {
                supervisor = Supervisor.open();
            }
            return supervisor;
        }

        @Override
        public synchronized void close() {
            if (supervisor != null) {
                supervisor.close();
            }
        }
    }

    /** Where certificates and proxies are, and which registry npm uses: what Deno needs to fetch packages. */
    private static Map<String, String> passed(Map<String, String> environment) {
        Map<String, String> passed = new LinkedHashMap<>();
        PASSED.forEach(name -> Optional.ofNullable(environment.get(name)).ifPresent(value -> passed.put(name, value)));
        Optional.ofNullable(environment.get("NODE_EXTRA_CA_CERTS")).ifPresent(file -> passed.put("DENO_CERT", file));
        Stream.of("NPM_CONFIG_REGISTRY", "npm_config_registry")
                .map(environment::get)
                .filter(value -> value != null && !value.isBlank())
                .findFirst()
                .ifPresent(registry -> passed.put("NPM_CONFIG_REGISTRY", registry));
        passed.put("DENO_TLS_CA_STORE", "mozilla,system");
        return passed;
    }

    /** A folder for one project's functions, with what all functions share; gone with it, also when the JVM is killed. */
    Path workFolder() throws InterruptedException {
        try {
            Path folder = Files.createTempDirectory("assay-functions-").toRealPath();
            supervisor.get().removeOnDeath(folder);
            for (String file : List.of(
                    "main.mjs",
                    "empty.ts",
                    "server.ts",
                    "hex.ts",
                    "base64.ts",
                    "crypto.ts",
                    "dotenv.ts",
                    "delay.ts",
                    "uuid.ts")) {
                copy(file, Files.createDirectories(folder.resolve("std")));
            }
            Files.createDirectories(packages);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException("The temporary folder cannot be written, which edge functions need", e);
        }
    }

    void removed(Path workFolder) throws InterruptedException {
        supervisor.get().keep(workFolder);
    }

    private static void copy(String file, Path folder) throws IOException {
        try (InputStream in = EdgeRuntime.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is missing from the class path: the build is broken.");
            }
            Files.copy(in, folder.resolve(file));
        }
    }

    /** What {@code deno info} tells of a function, from its files alone: nothing is fetched. */
    ModuleGraph graph(FunctionFolder.Source function, Path importMap, Path project, Path work)
            throws InterruptedException {
        List<String> line = new ArrayList<>(List.of("info", "--json", "--no-remote", "--no-npm", "--no-config"));
        line.addAll(FLAGS);
        line.add("--import-map=" + importMap);
        line.add(function.entrypoint().toString());
        Captured info = supervisor
                .get()
                .capture(
                        command(line, project, work, environment(work), READING).within(fence(project, work)));
        return ModuleGraph.read(info.out(), info.err());
    }

    /**
     * Fetches what a function imports.
     *
     * @throws NotBootable where something cannot be had, with Deno's words
     */
    void fetch(FunctionFolder.Source function, Path importMap, Path project, Path work) throws InterruptedException {
        List<String> line = new ArrayList<>(List.of("cache", "--no-config", "--allow-import"));
        line.addAll(FLAGS);
        line.add("--import-map=" + importMap);
        line.add(function.entrypoint().toString());
        Map<String, String> environment = environment(work);
        environment.putAll(passed);
        Fence fetching = fence(project, work).lending(packages).showing(files());
        Captured cache = supervisor
                .get()
                .capture(command(line, project, work, environment, FETCHING).within(fetching));
        if (!cache.succeeded()) {
            throw FetchError.of(cache);
        }
    }

    /**
     * Starts a function.
     *
     * @param readable files that it may read beside its folder
     * @param environment what it finds in {@code Deno.env}
     * @param word what the line with its port begins with
     */
    Running start(
            FunctionFolder.Source function,
            Prepared prepared,
            Path functions,
            Path work,
            Path scratch,
            Map<String, String> environment,
            String word,
            int megabytes,
            Output output)
            throws InterruptedException {
        Fence own = base(work).showing(functions).showing(prepared.files().toArray(Path[]::new));
        Path temporary = own.stands() ? Path.of("/tmp") : scratch;
        String readable = Stream.concat(Stream.of(functions, work.resolve("std"), temporary), prepared.files().stream())
                .map(Path::toString)
                .distinct()
                .collect(java.util.stream.Collectors.joining(","));
        List<String> line =
                new ArrayList<>(List.of("run", "--cached-only", "--no-prompt", "--no-check", "--allow-import"));
        line.addAll(FLAGS);
        line.add("--import-map=" + prepared.importMap());
        line.add(prepared.config().map(file -> "--config=" + file).orElse("--no-config"));
        line.add("--allow-env");
        line.add("--allow-net=127.0.0.1,localhost,[::1]");
        line.add("--allow-read=" + readable);
        line.add("--allow-write=" + temporary);
        line.add("--allow-sys=hostname,osRelease,cpus,systemMemoryInfo,homedir,uid,gid");
        line.add("--v8-flags=--max-old-space-size=" + megabytes);
        line.add(work.resolve("std").resolve("main.mjs").toString());
        line.add(function.entrypoint().toUri().toString());
        line.add(word);
        Map<String, String> all = environment(work);
        all.putAll(environment);
        all.put("TMPDIR", temporary.toString());
        return supervisor.get().start(command(line, functions, work, all, null).within(own), output);
    }

    private Command command(
            List<String> line, Path directory, Path work, Map<String, String> environment, @Nullable Duration limit)
            throws InterruptedException {
        List<String> whole = new ArrayList<>();
        whole.add(deno().program().toString());
        whole.addAll(line);
        Path there = Files.isDirectory(directory) ? directory : work;
        return new Command(
                whole,
                there,
                environment,
                new byte[0],
                limit == null ? Command.Timers.NONE : Command.Timers.wall(limit));
    }

    private Map<String, String> environment(Path work) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", "/usr/local/bin:/usr/bin:/bin");
        environment.put("HOME", work.toString());
        environment.put("NO_COLOR", "1");
        environment.put("DENO_DIR", packages.toString());
        environment.put("DENO_NO_UPDATE_CHECK", "1");
        environment.put("DENO_NO_PACKAGE_JSON", "1");
        return environment;
    }

    /** Files that the values name which are passed on, such as certificates. */
    private Path[] files() {
        return passed.values().stream()
                .filter(value -> value.startsWith("/"))
                .map(Path::of)
                .toArray(Path[]::new);
    }

    private Fence fence(Path project, Path work) throws InterruptedException {
        return base(work).showing(project);
    }

    private Fence base(Path work) throws InterruptedException {
        Tool tool = deno();
        return shared().running(tool.program()).showing(work, packages);
    }

    private synchronized Tool deno() throws InterruptedException {
        if (found == null) {
            found = deno.get();
        }
        return found;
    }

    private synchronized Fence shared() throws InterruptedException {
        if (around == null) {
            around = fence.get();
        }
        return around;
    }

    /** Ends what it has started; what was given to it stays. */
    @Override
    public void close() {
        try {
            own.close();
        } catch (Exception e) {
            throw new IllegalStateException("The supervisor of edge functions did not close", e);
        }
    }
}
