package dev.assay.report.stored;

import dev.assay.report.PlainText;
import dev.assay.store.ArchivedRun;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A run for people in one HTML file that loads nothing and runs nothing: what was seen, asked and answered is folded away
 * below its line. Screenshots are in it where they are still in the run's folder.
 */
final class HtmlReport implements RunDocument {
    private static final long LARGEST_PICTURE = 2 * 1024 * 1024;
    /** Longer texts are cut; the whole is in the log database. */
    private static final int LONGEST_TEXT = 64 * 1024;

    private static final String HEAD = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width">
            <title>%s</title>
            <style>
            body { font: 15px/1.45 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
            table { border-collapse: collapse; width: 100%% }
            th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #ddd }
            th { font-weight: 600 }
            pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f6f6f6; padding: .6rem; font-size: 13px }
            img { max-width: 100%%; border: 1px solid #ddd }
            summary { cursor: pointer; color: #555 }
            .passed { color: #1a7f37 } .failed { color: #c62828 } .aborted { color: #b26a00 }
            .superseded, .skipped { color: #666 }
            </style>
            </head>
            <body>
            """;

    @Override
    public void write(ArchivedRun run, Events events, Writer out) throws IOException {
        RunStory story = RunStory.of(run);
        Path folder = Path.of(ArchivedRun.text(run.run(), "folder"));
        out.write(HEAD.formatted(text(story.title())));
        out.write("<h1>" + text(story.title()) + ": " + outcome(story.outcome()) + "</h1>\n");
        if (!story.message().isBlank()) {
            out.write("<p>" + text(story.message()) + "</p>\n");
        }
        out.write("<table>\n");
        for (RunStory.Fact fact : story.facts()) {
            out.write("<tr><th>" + text(fact.name()) + "</th><td>" + text(fact.value()) + "</td></tr>\n");
        }
        out.write("</table>\n");
        checks(out, "Evaluation", story.evaluation(), folder);
        checks(out, "Found on the way and tried again", story.recovered(), folder);
        calls(out, story.calls());
        if (!story.warnings().isEmpty()) {
            out.write("<h2>Warnings</h2>\n<ul>\n");
            for (String warning : story.warnings()) {
                out.write("<li>" + text(warning) + "</li>\n");
            }
            out.write("</ul>\n");
        }
        out.write("<h2>What was asked</h2>\n<pre>" + text(story.prompt()) + "</pre>\n</body>\n</html>\n");
    }

    private static void checks(Writer out, String title, List<RunStory.Check> checks, Path folder) throws IOException {
        if (checks.isEmpty()) {
            return;
        }
        out.write("<h2>" + title + "</h2>\n<table>\n<tr><th>where</th><th>check</th><th>outcome</th><th></th></tr>\n");
        for (RunStory.Check check : checks) {
            out.write("<tr><td>" + text(check.place()) + "</td><td>" + text(check.name()) + "</td><td>"
                    + outcome(check.outcome()) + "</td><td>"
                    + text(check.message()).replace("\n", "<br>"));
            for (JsonNode evidence : check.row().path("evidence")) {
                evidence(out, evidence, folder);
            }
            out.write("</td></tr>\n");
        }
        out.write("</table>\n");
    }

    private static void evidence(Writer out, JsonNode evidence, Path folder) throws IOException {
        String name = evidence.path("name").asString("");
        if (evidence.path("text").isString()) {
            folded(out, name, evidence.path("text").asString());
            return;
        }
        Path file = folder.resolve(evidence.path("path").asString("")).normalize();
        boolean there = file.startsWith(folder) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
        if (there
                && evidence.path("media_type").asString("").equals("image/png")
                && Files.size(file) <= LARGEST_PICTURE) {
            out.write("<details><summary>" + text(name) + "</summary><img alt=\"" + text(name)
                    + "\" src=\"data:image/png;base64,");
            out.write(Base64.getEncoder().encodeToString(Files.readAllBytes(file)));
            out.write("\"></details>");
        } else {
            out.write("<div>" + text(name) + ": " + text(file.toString())
                    + (there ? "" : " (which is not there any more)") + "</div>");
        }
    }

    private static void calls(Writer out, List<RunStory.Call> calls) throws IOException {
        out.write(
                "<h2>Calls of agents</h2>\n<table>\n<tr><th>what</th><th>who</th><th>outcome</th><th>took</th></tr>\n");
        for (RunStory.Call call : calls) {
            ObjectNode row = call.row();
            out.write("<tr><td>" + text(call.what()) + "</td><td>" + text(call.who()) + "</td><td>"
                    + outcome(call.outcome()));
            folded(out, "prompt", ArchivedRun.text(row, "prompt"));
            folded(out, "answer", ArchivedRun.text(row, "answer"));
            folded(out, "changes", ArchivedRun.text(row, "diff"));
            out.write("</td><td>" + text(call.took()) + "</td></tr>\n");
        }
        out.write("</table>\n");
    }

    private static void folded(Writer out, String name, String text) throws IOException {
        if (!text.isBlank()) {
            boolean cut = text.length() > LONGEST_TEXT;
            out.write("<details><summary>" + text(name) + "</summary><pre>"
                    + text(cut ? text.substring(0, LONGEST_TEXT) : text)
                    + (cut ? "\n… the whole is in the log database" : "") + "</pre></details>");
        }
    }

    private static String outcome(String outcome) {
        return "<span class=\"" + text(outcome.split("[^a-z]", 2)[0]) + "\">" + text(outcome) + "</span>";
    }

    private static String text(String text) {
        return PlainText.block(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
