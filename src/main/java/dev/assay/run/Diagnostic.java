package dev.assay.run;

import dev.assay.agent.Agent;
import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.AgentSink;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Ending;
import dev.assay.agent.Usage;
import dev.assay.process.Command;
import dev.assay.process.Command.Timers;
import dev.assay.process.Exit;
import dev.assay.process.Supervisor;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Assay's own "agent": runs the prompt as a shell command in the workspace, supervised and told as any other attempt. Its
 * answer is what the command printed, the last of it where that is much.
 */
final class Diagnostic implements Agent {
    /** Characters of the output that are told: enough for a compiler's list of errors. */
    private static final int SHOWN = 8_000;

    /** Characters of the output that are kept with its event. */
    private static final int EVENT = 32 * 1024;

    private static final String CALL = "diagnose";

    private final Supervisor supervisor;

    Diagnostic(Supervisor supervisor) {
        this.supervisor = supervisor;
    }

    @Override
    public AgentResult perform(AgentRequest request, AgentSink sink) throws InterruptedException {
        String command = request.prompt();
        sink.notice(new AgentEvent.ToolStarted(
                CALL,
                "shell",
                CanonicalTool.SHELL,
                JsonNodeFactory.instance.objectNode().put("command", command),
                null,
                command,
                null,
                null,
                null));
        Printed printed = new Printed();
        Exit exit = supervisor.run(
                Command.shell(
                                command,
                                request.workspace(),
                                request.environment(),
                                // as long as a tool call of an agent: a compiler that finds nothing says nothing
                                Timers.wall(request.timers().tool().orElse(null)))
                        .within(request.fence()),
                (stream, line) -> {
                    long seq = sink.line(stream, line);
                    String text = new String(line, StandardCharsets.UTF_8);
                    sink.event(seq, 0, new AgentEvent.Text(text, null, null));
                    printed.add(text);
                });
        boolean inTime = exit.fired() == Exit.Limit.NONE;
        sink.notice(new AgentEvent.ToolFinished(
                CALL,
                exit.succeeded(),
                exit.code(),
                printed.last(EVENT),
                printed.bytes,
                printed.sha256(),
                exit.duration().toMillis(),
                false));
        Ending ending = inTime ? Ending.COMPLETED : Ending.TIMED_OUT;
        sink.notice(new AgentEvent.RunFinished(
                ending, exit.code(), exit.fired().name().toLowerCase(Locale.ROOT), exit.survivors(), ""));
        String end = inTime
                ? "exited with " + exit.code()
                : "was stopped after " + exit.duration().toSeconds() + " s";
        String output = printed.last(SHOWN).strip();
        return new AgentResult(
                ending,
                inTime ? "" : "it " + end,
                "`" + command + "` " + end + (output.isEmpty() ? " and printed nothing." : ":\n" + output),
                Optional.empty(),
                Usage.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.of(exit.code()),
                exit.fired(),
                Optional.empty(),
                Optional.empty(),
                exit.duration(),
                List.of());
    }

    /** The end of what a command printed, both streams as they came. For two threads. */
    private static final class Printed {
        private final StringBuilder tail = new StringBuilder();
        private final MessageDigest digest = digest();
        private long bytes;

        synchronized void add(String line) {
            byte[] whole = (line + "\n").getBytes(StandardCharsets.UTF_8);
            digest.update(whole);
            bytes += whole.length;
            tail.append(line).append('\n');
            if (tail.length() > 2 * EVENT) {
                tail.delete(0, tail.length() - EVENT);
            }
        }

        synchronized String last(int characters) {
            return tail.length() <= characters ? tail.toString() : "… " + tail.substring(tail.length() - characters);
        }

        synchronized String sha256() {
            return HexFormat.of().formatHex(digest.digest());
        }

        private static MessageDigest digest() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
        }
    }
}
