package dev.assay.run;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.AgentSink;
import dev.assay.agent.Ending;
import dev.assay.agent.recorded.RecordedTool;
import dev.assay.agent.recorded.RecordedTool.RecordedCall;
import dev.assay.experiment.Experiment;
import dev.assay.process.Command.Timers;
import dev.assay.process.Output;
import dev.assay.process.Supervisor;
import dev.assay.target.Target;
import dev.assay.target.Targets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The finished apps of recorded oracles: what a recording leaves in its workspace. Each is replayed once, commands and
 * all, and kept in a folder by the recording's digest.
 */
public final class OracleApp {
    private final Path kept;
    private final Targets targets;
    private final RunContext.Preparation environment;
    private final Supervisor supervisor;
    private final String searchPath;

    /**
     * @param kept where finished apps are kept, such as {@code target/oracles}
     * @param targets where the Supabase comes from that a replay is given
     * @param environment makes what its commands see
     * @param searchPath PATH of Assay's own tools, such as git
     */
    public OracleApp(
            Path kept, Targets targets, RunContext.Preparation environment, Supervisor supervisor, String searchPath) {
        this.kept = kept.toAbsolutePath();
        this.targets = targets;
        this.environment = environment;
        this.supervisor = supervisor;
        this.searchPath = searchPath;
    }

    /** An experiment's finished oracle, to be checked as it is. */
    public Recheck.App of(Experiment experiment) {
        return folder -> AppFiles.copy(finished(experiment), folder);
    }

    /** An experiment's finished oracle with the mistake of a mutant. */
    public Recheck.App with(Mutant mutant, Experiment experiment) {
        return folder -> {
            AppFiles.copy(finished(experiment), folder);
            mutant.applyTo(folder, supervisor, searchPath);
        };
    }

    /**
     * The folder with the files of the finished app that git does not ignore. It is shared: nothing may be written there.
     *
     * @throws IllegalStateException where the recording cannot be replayed, or leaves another app than was recorded
     */
    public Path finished(Experiment experiment) throws IOException, InterruptedException {
        Path app = kept.resolve(experiment.base() + "-" + digest(experiment.recording()));
        if (Files.isDirectory(app)) {
            return app;
        }
        Files.createDirectories(kept);
        Path scratch = Files.createTempDirectory(kept, "assay-replay-");
        try {
            Path done = scratch.resolve("app");
            replay(experiment, scratch, done);
            if (!Files.isDirectory(app)) {
                Files.move(done, app, StandardCopyOption.ATOMIC_MOVE);
            }
        } finally {
            AppFiles.delete(scratch);
        }
        return app;
    }

    private void replay(Experiment experiment, Path scratch, Path done) throws IOException, InterruptedException {
        Path folder = scratch.resolve("workspace");
        Path home = Files.createDirectory(scratch.resolve("home"));
        Workspace workspace = new Workspace(folder, scratch.resolve("history.git"), supervisor, searchPath);
        workspace.open();
        RecordedTool recorded = new RecordedTool(supervisor);
        Agent agent = recorded.agentFor(experiment);
        try (Target target = targets.open(folder, Files.createDirectory(scratch.resolve("target")))) {
            Environment made = environment.prepare();
            made.packages().lend(home);
            for (RecordedCall call : recorded.calls(experiment)) {
                AgentResult result = agent.perform(
                        new AgentRequest(
                                "oracle",
                                call.phase(),
                                call.stepId(),
                                call.attempt(),
                                "",
                                "",
                                Optional.empty(),
                                folder,
                                home,
                                made.variables(home, target, experiment.app().env(), FreePort.next()),
                                Optional.empty(),
                                Timers.wall(experiment.limits().agent()),
                                made.around(home, folder),
                                () -> {}),
                        new Unheard());
                if (result.ending() != Ending.COMPLETED || !result.warnings().isEmpty()) {
                    throw new IllegalStateException("The recorded oracle of " + experiment.base()
                            + " does not replay as recorded, at " + call + ": " + result.message()
                            + String.join("; ", result.warnings()));
                }
            }
            made.packages().takeBack(home, true, true);
        }
        workspace.export(workspace.commit("finished"), done);
    }

    /** A digest of all of a recording's files. */
    private static String digest(Path recording) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(recording)) {
            files = found.filter(Files::isRegularFile).sorted().toList();
        }
        MessageDigest sha = sha256();
        for (Path file : files) {
            byte[] content = Files.readAllBytes(file);
            sha.update((recording.relativize(file) + "\0" + content.length + "\0").getBytes(StandardCharsets.UTF_8));
            sha.update(content);
        }
        return HexFormat.of().formatHex(sha.digest()).substring(0, 16);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** What the oracle says while it is replayed is of no interest: only its files are. */
    private static final class Unheard implements AgentSink {
        private long lines;

        @Override
        public synchronized long line(Output.Stream stream, byte[] line) {
            return ++lines;
        }

        @Override
        public void event(long seq, int part, AgentEvent event) {}

        @Override
        public void notice(AgentEvent event) {}
    }
}
