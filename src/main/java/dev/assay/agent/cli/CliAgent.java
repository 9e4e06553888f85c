package dev.assay.agent.cli;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.AgentSink;
import dev.assay.agent.Ending;
import dev.assay.agent.Redactor;
import dev.assay.agent.Usage;
import dev.assay.process.Command;
import dev.assay.process.Command.Timers;
import dev.assay.process.Exit;
import dev.assay.process.ProgramNotFound;
import dev.assay.process.Supervisor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Does each call in a process of its own: in the run's HOME, with the request's environment and the CLI's own keys and
 * nothing else, the prompt on standard input, which is then closed.
 */
final class CliAgent implements Agent {
    private final CliTool tool;
    private final Account account;
    private final Supervisor supervisor;
    private final PriceTable prices;
    private final Cli cli;

    CliAgent(CliTool tool, Account account, PriceTable prices, Supervisor supervisor) {
        this.tool = tool;
        this.prices = prices;
        this.account = account;
        this.supervisor = supervisor;
        this.cli = tool.cli();
    }

    @Override
    public AgentResult perform(AgentRequest request, AgentSink sink) throws InterruptedException {
        Optional<Installation> installation = tool.installation();
        if (installation.isEmpty()) {
            return notMade(tool.missing(), sink);
        }
        Command command;
        CliOutput output;
        try {
            command = command(request, installation.get());
            Redactor redactor = new Redactor(account.secrets(cli, Optional.of(request.home())));
            output = new CliOutput(cli.stream(), sink, redactor);
        } catch (IOException e) {
            return couldNotStart(e, sink);
        }
        try {
            Exit exit = supervisor.run(command, output, output::of);
            AgentResult result = completed(output.finish(exit), request, installation.get());
            over(sink, result.ending(), exit.code(), exit.fired(), exit.survivors(), output.stderrTail());
            return result;
        } catch (InterruptedException e) {
            over(sink, Ending.INTERRUPTED, null, Exit.Limit.STOPPED, 0, output.stderrTail());
            throw e;
        } catch (ProgramNotFound e) {
            return couldNotStart(e, sink);
        }
    }

    private AgentResult couldNotStart(Exception why, AgentSink sink) {
        return notMade(cli.title() + " could not be started: " + why.getMessage(), sink);
    }

    private Command command(AgentRequest request, Installation installation) throws IOException {
        CliCall call = cli.call(
                request,
                new Surroundings(
                        account.endpoint(),
                        account.keys(cli).keySet(),
                        request.fence().stands(),
                        root()));
        Files.createDirectories(request.home());
        CliHome home = new CliHome(request.home());
        home.signIn(cli, account.home());
        home.write(call.files());
        List<String> line = new ArrayList<>(List.of(installation.program().toString()));
        line.addAll(call.arguments());
        Map<String, String> environment = new LinkedHashMap<>(request.environment());
        environment.putAll(account.keys(cli));
        environment.putAll(call.environment());
        return new Command(
                        line,
                        request.workspace(),
                        environment,
                        call.input().getBytes(StandardCharsets.UTF_8),
                        timers(request.timers()))
                .within(request.fence().running(installation.program()));
    }

    /** The request's, with the CLI's own idle time where that is shorter. */
    private Timers timers(Timers asked) {
        Optional<Duration> idle = asked.idle().map(limit -> limit.compareTo(cli.idle()) < 0 ? limit : cli.idle());
        return new Timers(asked.startup(), idle, asked.tool(), asked.wall(), asked.linger());
    }

    /** With what the stream did not say and Assay knows. */
    private AgentResult completed(AgentResult result, AgentRequest request, Installation installation) {
        Optional<String> model = result.model().or(request::model);
        return new AgentResult(
                result.ending(),
                result.message(),
                result.text(),
                result.structured(),
                prices.priced(usage(result, request), model),
                result.sessionId(),
                model,
                result.cliVersion().or(installation::version),
                result.exitCode(),
                result.fired(),
                result.apiTime(),
                result.timeToFirstToken(),
                result.duration(),
                result.warnings());
    }

    /** What a call without a cost of its own used: a call that was stopped has not always said it. */
    private Usage usage(AgentResult result, AgentRequest request) {
        if (result.usage().costUsd().isPresent() || result.sessionId().isEmpty()) {
            return result.usage();
        }
        return cli.usageOf(result.sessionId().get(), request.home())
                .filter(usage -> usage.total() > result.usage().total())
                .orElse(result.usage());
    }

    private static AgentResult notMade(String why, AgentSink sink) {
        over(sink, Ending.CLI_CRASHED, null, Exit.Limit.NONE, 0, why);
        return AgentResult.notMade(Ending.CLI_CRASHED, why);
    }

    private static void over(
            AgentSink sink,
            Ending ending,
            @Nullable Integer exitCode,
            Exit.Limit fired,
            int survivors,
            String stderrTail) {
        sink.notice(new AgentEvent.RunFinished(
                ending, exitCode, fired.name().toLowerCase(Locale.ROOT), survivors, stderrTail));
    }

    private static boolean root() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException e) {
            return "root".equals(System.getProperty("user.name")); // no /proc: the name has to do
        }
    }
}
