package dev.assay.report;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.Ending;
import dev.assay.run.Attempt;
import dev.assay.run.AttemptResult;
import dev.assay.run.Line;
import dev.assay.run.Outcome;
import io.qameta.allure.model.Attachment;
import io.qameta.allure.model.Parameter;
import io.qameta.allure.model.Status;
import io.qameta.allure.model.StatusDetails;
import io.qameta.allure.model.StepResult;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One agent call in a result: its tool calls as steps, its prompt and its output as text. */
final class AllureCall {
    /** Longer lines are cut in the attachment; the whole is in the run's {@code events.jsonl}. */
    private static final int LONGEST_LINE = 64 * 1024;

    private final Attempt attempt;
    private final String workspace;
    private final AllureAttachments attachments;
    private final List<Attachment> attached = new ArrayList<>();
    private final List<Parameter> parameters = new ArrayList<>();
    private final List<StepResult> steps = new ArrayList<>();
    private final Map<String, StepResult> open = new HashMap<>();
    private final long start;
    private long stop;
    private Status status = Status.PASSED;
    private String message = "";
    private @Nullable OutputStream output;
    private boolean closed;
    private int tools;
    private String facts = "";

    /** @param workspace the folder that the agent works in; its files are shown relative to it */
    AllureCall(Attempt attempt, Path workspace, AllureAttachments attachments) {
        this.attempt = attempt;
        this.workspace = workspace.toString();
        this.attachments = attachments;
        this.start = attempt.started().toEpochMilli();
        this.stop = start;
        attached.add(attachments.text("prompt", ".txt", attempt.prompt()));
    }

    Attempt attempt() {
        return attempt;
    }

    void line(Line line) {
        if (closed) {
            return;
        }
        try {
            OutputStream out = output;
            if (out == null) {
                Attachment events = attachments.announced("events", ".jsonl");
                attached.add(events);
                out = new BufferedOutputStream(attachments.open(events));
                output = out;
            }
            byte[] bytes = line.bytes();
            out.write(bytes, 0, Math.min(bytes.length, LONGEST_LINE));
            if (bytes.length > LONGEST_LINE) {
                out.write(("… " + (bytes.length - LONGEST_LINE) + " bytes more in events.jsonl, line " + line.seq())
                        .getBytes(StandardCharsets.UTF_8));
            }
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException("what the agent printed cannot be attached to the report", e);
        }
    }

    void event(long at, AgentEvent event) {
        stop = Math.max(stop, at);
        if (event instanceof AgentEvent.ToolStarted call) {
            StepResult step = new StepResult()
                    .setName(PlainText.line(call.name() + inWorkspace(what(call)), 160))
                    .setStatus(Status.PASSED)
                    .setStart(at)
                    .setStop(at);
            tools++;
            // a subagent's calls stand below the call that began it
            StepResult parent = call.parentCallId() == null ? null : open.get(call.parentCallId());
            (parent == null ? steps : parent.getSteps()).add(step);
            open.put(call.callId(), step);
        } else if (event instanceof AgentEvent.ToolFinished finished) {
            StepResult step = open.remove(finished.callId());
            if (step != null) {
                finish(step, at, finished);
            }
        } else if (event instanceof AgentEvent.Warning warning) {
            steps.add(new StepResult()
                    .setName(PlainText.line("warning: " + warning.code() + ": " + warning.message(), 240))
                    .setStatus(Status.PASSED)
                    .setStart(at)
                    .setStop(at));
        }
    }

    private static String what(AgentEvent.ToolStarted call) {
        return Stream.of(call.command(), call.path(), call.url(), call.skill())
                .filter(part -> part != null && !part.isBlank())
                .findFirst()
                .map(part -> ": " + part)
                .orElse("");
    }

    /** Paths without the run's folder, which is long and new in each run. */
    private String inWorkspace(String text) {
        return text.replace(workspace + "/", "").replace(workspace, ".");
    }

    private static void finish(StepResult step, long at, AgentEvent.ToolFinished finished) {
        step.setStop(at);
        if (finished.exitCode() != null) {
            step.getParameters()
                    .add(new Parameter()
                            .setName("exit code")
                            .setValue(finished.exitCode().toString()));
        }
        if (finished.denied()) {
            step.getParameters().add(new Parameter().setName("denied").setValue("true"));
        }
        if (!finished.ok()) {
            step.setStatus(Status.FAILED);
            String output = finished.output();
            step.setStatusDetails(new StatusDetails()
                    .setMessage(PlainText.block(output.length() > 2000 ? output.substring(0, 2000) + "…" : output)));
        }
    }

    void finished(AttemptResult result, long now) {
        close();
        stop = Math.max(stop, now);
        String usage = Amounts.usage(result.agent().usage());
        result.agent().model().ifPresent(model -> parameter("model", model));
        parameter("usage", usage);
        if (result.agent().ending() != Ending.COMPLETED) {
            parameter("ending", result.agent().ending().id());
        }
        facts = Stream.of(
                        who()
                                + result.agent()
                                        .cliVersion()
                                        .map(version -> " " + version)
                                        .orElse(""),
                        tools == 0 ? "" : Amounts.counted(tools, "tool call"),
                        usage)
                .filter(fact -> !fact.isBlank())
                .map(fact -> PlainText.line(fact, 120))
                .collect(Collectors.joining(" · "));
        if (!result.diff().isBlank()) {
            attached.add(attachments.text("changes", ".diff", result.diff()));
        }
        if (result.outcome() != Outcome.PASSED) {
            status = result.cause().filter(cause -> cause.infrastructure()).isPresent() ? Status.BROKEN : Status.FAILED;
            message = PlainText.block(result.agent().message());
        }
    }

    private String who() {
        return attempt.tool()
                + attempt.requestedModel().map(model -> "/" + model).orElse("");
    }

    private void parameter(String name, String value) {
        if (!value.isBlank()) {
            parameters.add(new Parameter().setName(name).setValue(PlainText.line(value, 200)));
        }
    }

    /** Who did it and what it took, in a line; empty as long as it goes on. */
    String facts() {
        return facts;
    }

    int tools() {
        return tools;
    }

    List<StepResult> steps() {
        return steps;
    }

    List<Attachment> attachments() {
        return attached;
    }

    List<Parameter> parameters() {
        return parameters;
    }

    /** The whole call as one step, for results that had several. */
    StepResult asStep() {
        StepResult step = new StepResult()
                .setName(attempt.phase().id() + " " + attempt.number() + " · " + PlainText.line(who(), 80))
                .setStatus(status)
                .setStart(start)
                .setStop(stop)
                .setSteps(steps)
                .setParameters(parameters);
        step.setAttachments(attached);
        return message.isEmpty() ? step : step.setStatusDetails(new StatusDetails().setMessage(message));
    }

    /** Ends the attachment; more than once does nothing. */
    void close() {
        closed = true;
        OutputStream out = output;
        output = null;
        if (out != null) {
            try {
                out.close();
            } catch (IOException e) {
                throw new UncheckedIOException("what the agent printed cannot be attached to the report", e);
            }
        }
    }
}
