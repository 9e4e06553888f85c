package dev.assay.report.stored;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The forms that a stored run can be written in. */
public enum RunFormat {
    MARKDOWN("md", new MarkdownReport()),
    HTML("html", new HtmlReport()),
    /** All rows of the run in one object. */
    JSON("json", new JsonExport()),
    /** A row a line, each with its kind. */
    JSONL("jsonl", new JsonLinesExport()),
    /** Common Test Report Format. */
    CTRF("ctrf.json", new CtrfExport()),
    /** Open Test Reporting, the hierarchical form. */
    OPEN_TEST_REPORTING("xml", new OpenTestReport());

    private final String ending;
    private final RunDocument document;

    RunFormat(String ending, RunDocument document) {
        this.ending = ending;
        this.document = document;
    }

    /** The name on the command line, such as {@code open-test-reporting}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What a file of this form ends with, after the point. */
    public String ending() {
        return ending;
    }

    public RunDocument document() {
        return document;
    }

    public static Optional<RunFormat> of(String id) {
        return Arrays.stream(values()).filter(format -> format.id().equals(id)).findFirst();
    }

    /** All names, for a message. */
    public static String names() {
        return Arrays.stream(values()).map(RunFormat::id).collect(Collectors.joining(", "));
    }
}
