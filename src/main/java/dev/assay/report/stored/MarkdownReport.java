package dev.assay.report.stored;

import dev.assay.report.PlainText;
import dev.assay.store.ArchivedRun;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/** A run for people in Markdown, as GitHub shows it. What agents and apps said is shown as text, never as markup. */
final class MarkdownReport implements RunDocument {
    private static final String MARKUP = "\\`*_{}[]<>()#!|~@";

    @Override
    public void write(ArchivedRun run, Events events, Writer out) throws IOException {
        RunStory story = RunStory.of(run);
        out.write("# " + text(story.title()) + ": " + text(story.outcome()) + "\n\n");
        if (!story.message().isBlank()) {
            out.write(text(story.message()) + "\n\n");
        }
        out.write("| | |\n| --- | --- |\n");
        for (RunStory.Fact fact : story.facts()) {
            row(out, fact.name(), fact.value());
        }
        checks(out, "Evaluation", story.evaluation());
        checks(out, "Found on the way and tried again", story.recovered());
        out.write("\n## Calls of agents\n\n| what | who | outcome | took |\n| --- | --- | --- | --- |\n");
        for (RunStory.Call call : story.calls()) {
            row(out, call.what(), call.who(), call.outcome(), call.took());
        }
        if (!story.warnings().isEmpty()) {
            out.write("\n## Warnings\n\n");
            for (String warning : story.warnings()) {
                out.write("- " + text(warning) + "\n");
            }
        }
        out.write("\n## What was asked\n\n");
        for (String line : PlainText.lines(story.prompt())) {
            out.write("> " + text(line) + "\n");
        }
    }

    private static void checks(Writer out, String title, List<RunStory.Check> checks) throws IOException {
        if (checks.isEmpty()) {
            return;
        }
        out.write("\n## " + title + "\n\n| where | check | outcome | what is wrong |\n| --- | --- | --- | --- |\n");
        for (RunStory.Check check : checks) {
            row(out, check.place(), check.name(), check.outcome(), check.message());
        }
    }

    private static void row(Writer out, String... cells) throws IOException {
        StringBuilder row = new StringBuilder("|");
        for (String cell : cells) {
            row.append(' ').append(text(cell)).append(" |");
        }
        out.write(row.append('\n').toString());
    }

    /** One line, with a backslash before everything that could be markup. */
    private static String text(String text) {
        StringBuilder safe = new StringBuilder();
        PlainText.line(text.strip()).codePoints().forEach(c -> {
            if (MARKUP.indexOf(c) >= 0) {
                safe.append('\\');
            }
            safe.append(c == '&' ? "&amp;" : Character.toString(c));
        });
        return safe.toString();
    }
}
