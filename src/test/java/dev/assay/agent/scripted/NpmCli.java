package dev.assay.agent.scripted;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.assay.process.Captured;
import dev.assay.process.Command;
import dev.assay.process.ProgramNotFound;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An agent CLI from npm at a pinned version, installed once into the cache that all projects share. A machine's own
 * installation is never used.
 *
 * @param packageName at npm
 * @param version exactly that one
 */
public record NpmCli(String packageName, String version) {
    public static final NpmCli CLAUDE_CODE = new NpmCli("@anthropic-ai/claude-code", "2.1.197");
    public static final NpmCli CODEX = new NpmCli("@openai/codex", "0.169.0");
    public static final NpmCli OPENCODE = new NpmCli("opencode-ai", "1.18.33");
    public static final NpmCli GEMINI = new NpmCli("@google/gemini-cli", "0.61.0");

    private static final Duration LIMIT = Duration.ofMinutes(10);

    /**
     * The folder that holds its command. Where npm cannot install it the test that asks is skipped, with npm's reason.
     */
    public Path bin(Supervisor supervisor) throws IOException, InterruptedException {
        Path cache = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .filter(text -> text.startsWith("/"))
                .map(Path::of)
                .orElse(Path.of(System.getProperty("user.home"), ".cache"))
                .resolve("assay/test-clis");
        String name = packageName.replaceAll("[^a-z-]", "_") + "-" + version;
        Path folder = cache.resolve(name);
        Path bin = folder.resolve("node_modules/.bin");
        Files.createDirectories(cache);
        try (FileChannel lock =
                FileChannel.open(cache.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock.lock();
            if (!Files.isDirectory(bin.getParent())) { // a package without a command has no bin
                Path staging = Files.createTempDirectory(cache, name + "-");
                install(staging, supervisor);
                Files.move(staging, folder, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        return bin;
    }

    private void install(Path staging, Supervisor supervisor) throws InterruptedException {
        List<String> line = new ArrayList<>(List.of("npm", "install", "--prefix", staging.toString(), "--no-save"));
        // No scripts of others are run: the drivers find the program behind the command by themselves.
        line.addAll(List.of("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"));
        line.add(packageName + "@" + version);
        try {
            Captured npm = supervisor.capture(
                    new Command(line, staging, System.getenv(), new byte[0], Command.Timers.wall(LIMIT)));
            assumeTrue(npm.succeeded(), () -> "npm could not install " + packageName + ": " + npm.err());
        } catch (ProgramNotFound e) {
            assumeTrue(false, "there is no npm on this machine to install " + packageName + " with");
        }
    }
}
