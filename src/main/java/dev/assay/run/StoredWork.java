package dev.assay.run;

import dev.assay.agent.Redactor;
import dev.assay.process.Supervisor;
import dev.assay.settings.UsageError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The work of a stored run: the calls that it went on with, and the files that each left. Looking changes nothing,
 * and nobody works on the run meanwhile.
 */
public final class StoredWork implements AutoCloseable {
    private final StoredRun run;
    private final Supervisor supervisor;
    private final String searchPath;
    private final Redactor redactor;
    private final RunLock lock;

    /**
     * @param searchPath PATH of Assay's own tools, such as git
     * @param secrets values that are never written anywhere
     * @throws UsageError where the run is still under way
     */
    public StoredWork(StoredRun run, Supervisor supervisor, String searchPath, Collection<String> secrets) {
        this.run = run;
        this.supervisor = supervisor;
        this.searchPath = searchPath;
        this.redactor = new Redactor(secrets);
        this.lock = RunLock.of(run.id(), run.folder());
    }

    /**
     * A call that the run went on with.
     *
     * @param attempt the id of its row
     * @param told variables that its processes were given and that no other run has: URL, anon key, port
     */
    public record Made(UUID attempt, Map<String, String> told) {}

    /**
     * The calls that the run went on with, in order: without those that a resumed run made again. Calls that the world
     * made fail are not among them.
     */
    public List<Made> calls() {
        return Progress.given(run.folder(), Calls.CALL, Calls.Performed.class).stream()
                .map(call -> new Made(call.id(), call.told()))
                .toList();
    }

    /**
     * Writes the files of a commit into an empty folder, without secrets.
     *
     * @throws IllegalStateException where the run's history is gone
     */
    public void files(String commit, Path into) throws IOException, InterruptedException {
        Workspace workspace = new Workspace(into, run.folder().resolve("history.git"), supervisor, searchPath);
        workspace.latest();
        workspace.export(commit, into);
        List<Path> files;
        try (Stream<Path> found = Files.walk(into)) {
            files = found.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
        for (Path file : files) {
            byte[] content = Files.readAllBytes(file);
            byte[] clean = clean(content);
            if (!Arrays.equals(content, clean)) {
                Files.write(file, clean);
            }
        }
    }

    /** The same without secrets. */
    public byte[] clean(byte[] content) {
        return redactor.redact(content);
    }

    @Override
    public void close() {
        lock.close();
    }
}
