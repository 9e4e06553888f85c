package dev.assay.agent.cli;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentTool;
import dev.assay.experiment.Experiment;
import dev.assay.process.Captured;
import dev.assay.process.Command;
import dev.assay.process.ProgramNotFound;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An agent CLI of the user's, as a tool that roles can name. Nothing is started before it is asked for. Safe for use by
 * several threads.
 */
public final class CliTool implements AgentTool {
    private static final Duration QUESTION = Duration.ofSeconds(30);
    private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+[\\w.+-]*");

    private final Cli cli;
    private final Account account;
    private final PriceTable prices;
    private final Supervisor supervisor;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<Installation> asked = Optional.empty();

    /** With the prices that Assay ships with. */
    public CliTool(Cli cli, Account account, Supervisor supervisor) {
        this(cli, account, PriceTable.shipped(), supervisor);
    }

    /** @param prices what tokens cost where the CLI does not say */
    public CliTool(Cli cli, Account account, PriceTable prices, Supervisor supervisor) {
        this.cli = cli;
        this.account = account;
        this.prices = prices;
        this.supervisor = supervisor;
    }

    @Override
    public String name() {
        return cli.name();
    }

    @Override
    public Set<Capability> capabilities() {
        return cli.capabilities();
    }

    @Override
    public Agent agentFor(Experiment experiment) {
        return agent();
    }

    /** The agent for any work: it knows nothing but what it is told. */
    public Agent agent() {
        return new CliAgent(this, account, prices, supervisor);
    }

    @Override
    public boolean builtIn() {
        return false;
    }

    @Override
    public boolean installed() {
        return program().isPresent();
    }

    @Override
    public String install() {
        return cli.install();
    }

    @Override
    public String signIn() {
        return cli.signIn();
    }

    @Override
    public List<String> secrets() {
        try {
            return List.copyOf(account.secrets(cli, Optional.empty()));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The sign-in of " + cli.title() + " cannot be read, so nobody could keep it"
                            + " out of what is stored. Make it readable, or sign out.",
                    e);
        }
    }

    @Override
    public Optional<String> skillsFolder() {
        return cli.skillsFolder();
    }

    /** What tells the CLI from others. */
    public Cli cli() {
        return cli;
    }

    /** Its program, where one is on the user's PATH; starts nothing. */
    public Optional<Path> program() {
        for (Path folder : account.searchPath()) {
            for (String name : cli.programs()) {
                Path candidate = folder.resolve(name);
                if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                    return Optional.of(cli.behind(withLinksFollowed(candidate)));
                }
            }
        }
        return Optional.empty();
    }

    /** As {@link #program()}, with the version that the program says, asked once. */
    public Optional<Installation> installation() throws InterruptedException {
        Optional<Path> program = program();
        if (program.isEmpty()) {
            return Optional.empty();
        }
        lock.lockInterruptibly();
        try {
            if (asked.isEmpty() || !asked.get().program().equals(program.get())) {
                asked = Optional.of(new Installation(
                        program.get(), ask(program.get(), cli.versionQuestion()).flatMap(CliTool::version)));
            }
            return asked;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether it is installed and signed in. The tool itself is asked; one that cannot say is taken to be signed in where
     * one of its keys is set or one of its sign-in files is there.
     */
    @Override
    public boolean signedIn() throws InterruptedException {
        Optional<Path> program = program();
        if (program.isEmpty()) {
            return false;
        }
        Optional<List<String>> question = cli.signInQuestion();
        if (question.isPresent()) {
            return ask(program.get(), question.get()).isPresent();
        }
        return !account.keys(cli).isEmpty()
                || account.home().stream()
                        .flatMap(home -> cli.signInFiles().keySet().stream().map(home::resolve))
                        .anyMatch(Files::isRegularFile);
    }

    /** One line for people who named it and do not have it. */
    public String missing() {
        return cli.title() + " is not installed: no " + String.join(" or ", cli.programs())
                + " is on the PATH. To install it: " + cli.install();
    }

    /** What it prints in answer to a short question; empty where it fails. */
    private Optional<String> ask(Path program, List<String> arguments) throws InterruptedException {
        Map<String, String> environment = new LinkedHashMap<>(account.keys(cli));
        for (String name : List.of("PATH", "HOME")) {
            Optional.ofNullable(account.environment().get(name)).ifPresent(value -> environment.put(name, value));
        }
        List<String> line = new ArrayList<>(List.of(program.toString()));
        line.addAll(arguments);
        try {
            Captured answer = supervisor.capture(
                    new Command(line, Path.of("/"), environment, new byte[0], Command.Timers.wall(QUESTION)));
            return answer.succeeded() ? Optional.of(answer.out()) : Optional.empty();
        } catch (ProgramNotFound e) {
            return Optional.empty(); // it cannot be started, which is an answer too
        }
    }

    private static Optional<String> version(String answer) {
        Matcher matcher = VERSION.matcher(answer);
        return matcher.find() ? Optional.of(matcher.group()) : Optional.empty();
    }

    private static Path withLinksFollowed(Path program) {
        try {
            return program.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException("The program " + program + " went away while it was looked at.", e);
        }
    }
}
