package dev.assay.check;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Collects what one check saw: assertions, findings, notes and evidence. For one thread. */
public final class Probe {
    private final List<Finding> findings = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<Evidence> evidence = new ArrayList<>();
    private int assertions;

    /** Counts one assertion; where it does not hold, the finding is kept and the check goes on. */
    public boolean expect(boolean holds, Supplier<Finding> finding) {
        assertions++;
        if (!holds) {
            findings.add(finding.get());
        }
        return holds;
    }

    /** As {@link #expect(boolean, Supplier)} for findings about nothing in particular. */
    public boolean expect(boolean holds, String message, String expected, String found) {
        return expect(holds, () -> new Finding(message, expected, found, Map.of()));
    }

    /** Something worth saying that fails nothing: a warning. */
    public void note(String text) {
        notes.add(text);
    }

    /** Attaches a text, such as a request with its response. */
    public void attach(String name, String mediaType, String content) {
        evidence.add(new Evidence(name, mediaType, content, null));
    }

    /** Attaches a file. */
    public void attach(String name, String mediaType, Path file) {
        evidence.add(new Evidence(name, mediaType, null, file));
    }

    public int assertions() {
        return assertions;
    }

    public List<Finding> findings() {
        return List.copyOf(findings);
    }

    public List<String> notes() {
        return List.copyOf(notes);
    }

    public List<Evidence> evidence() {
        return List.copyOf(evidence);
    }
}
