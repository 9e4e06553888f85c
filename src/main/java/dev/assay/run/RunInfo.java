package dev.assay.run;

import dev.assay.experiment.Experiment;
import dev.assay.experiment.Variant;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of a run from its start.
 *
 * @param id time-ordered and unique
 * @param experiment what is built
 * @param variant who builds it; every role is a tool, never {@code auto}
 * @param repetition from 1
 * @param source {@code real}, {@code recorded} or {@code demo}
 * @param targetKind {@code embedded}, {@code local} or {@code hosted}
 * @param folder the run's own folder: {@code workspace/}, {@code events.jsonl}, {@code artifacts/}
 * @param uniqueId the run's node in the tree, as JUnit writes it
 * @param fingerprints digests of what must agree between runs that are compared
 * @param partial the layers left out by option; empty for a whole run
 * @param started when
 * @param unisolated why its processes are not fenced in; empty where they are
 */
public record RunInfo(
        String id,
        Experiment experiment,
        Variant variant,
        int repetition,
        String source,
        String targetKind,
        Path folder,
        String uniqueId,
        Map<String, String> fingerprints,
        java.util.Set<String> partial,
        Instant started,
        Optional<String> unisolated) {
    /** A run whose processes are fenced in. */
    public RunInfo(
            String id,
            Experiment experiment,
            Variant variant,
            int repetition,
            String source,
            String targetKind,
            Path folder,
            String uniqueId,
            Map<String, String> fingerprints,
            java.util.Set<String> partial,
            Instant started) {
        this(
                id,
                experiment,
                variant,
                repetition,
                source,
                targetKind,
                folder,
                uniqueId,
                fingerprints,
                partial,
                started,
                Optional.empty());
    }

    public Path workspace() {
        return folder.resolve("workspace");
    }

    public Path artifacts() {
        return folder.resolve("artifacts");
    }

    /** The variant and repetition, for people: {@code claude+codex #2}. */
    public String label() {
        return variant.id() + " #" + repetition;
    }
}
