package dev.assay.run;

import dev.assay.check.Evidence;
import dev.assay.check.LayerKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the evaluation of one app found, by layer, held against what is known of the app. Listens to one run.
 */
public final class Judgement implements RunListener {
    private final Map<LayerKind, Found> layers = new EnumMap<>(LayerKind.class);
    private final List<String> elsewhere = new ArrayList<>();

    /** What came of a layer: how many of its checks passed, and what the others said. */
    private static final class Found {
        private int passed;
        private final List<String> failed = new ArrayList<>();
        private final List<String> aborted = new ArrayList<>();
        private final List<String> details = new ArrayList<>();

        String word() {
            return !failed.isEmpty() ? "fails" : !aborted.isEmpty() ? "aborted" : passed > 0 ? "passes" : "not scored";
        }
    }

    @Override
    public synchronized void stageFinished(RunInfo run, Node node, StageResult result) {
        if (!node.leaf()) {
            return;
        }
        Optional<LayerKind> kind = Optional.ofNullable(node.stage().labels().get("layer"))
                .flatMap(id -> List.of(LayerKind.values()).stream()
                        .filter(one -> one.id().equals(id))
                        .findFirst());
        if (kind.isEmpty()) {
            if (result.outcome() == Outcome.ABORTED || result.outcome() == Outcome.FAILED) {
                elsewhere.add(node.stage().name() + ": " + result.message());
            }
            return;
        }
        Found found = layers.computeIfAbsent(kind.get(), layer -> new Found());
        switch (result.outcome()) {
            case PASSED -> found.passed++;
            case FAILED -> found.failed.add(result.message());
            case ABORTED -> found.aborted.add(result.message());
            case SKIPPED, SUPERSEDED -> {
                return;
            }
        }
        result.evidence().stream()
                .filter(evidence -> evidence.name().equals("findings"))
                .map(Evidence::text)
                .filter(Objects::nonNull)
                .forEach(found.details::add);
    }

    /** What came of each layer that was looked at: {@code passes}, {@code fails}, {@code aborted}, {@code not scored}. */
    public synchronized Map<LayerKind, String> words() {
        Map<LayerKind, String> words = new EnumMap<>(LayerKind.class);
        layers.forEach((kind, found) -> words.put(kind, found.word()));
        return words;
    }

    /**
     * Why the checks did not judge a mutant as its header says; empty where they did.
     *
     * @return sentences for people
     */
    public synchronized List<String> complaints(Mutant mutant) {
        List<String> complaints = new ArrayList<>(elsewhere);
        Found own = layers.getOrDefault(mutant.layer(), new Found());
        String layer = mutant.layer().id();
        if (own.failed.isEmpty()) {
            complaints.add("not caught: " + layer + " " + own.word() + " although " + mutant.what()
                    + (own.aborted.isEmpty() ? "" : " (" + String.join("; ", own.aborted) + ")"));
        } else if (own.failed.stream().noneMatch(text -> text.contains(mutant.finding()))
                && own.details.stream().noneMatch(text -> text.contains(mutant.finding()))) {
            complaints.add("caught by " + layer + ", but no finding says \"" + mutant.finding() + "\": "
                    + String.join("; ", own.failed));
        }
        layers.forEach((kind, found) -> {
            boolean expected = kind == mutant.layer() || mutant.also().contains(kind);
            if (!expected && !(found.failed.isEmpty() && found.aborted.isEmpty())) {
                complaints.add("the header does not allow " + kind.id() + " to fail: " + said(found));
            }
        });
        return complaints;
    }

    /** Why the checks did not pass an app that is correct; empty where they did. */
    public synchronized List<String> complaints() {
        List<String> complaints = new ArrayList<>(elsewhere);
        layers.forEach((kind, found) -> {
            if (!found.failed.isEmpty() || !found.aborted.isEmpty()) {
                complaints.add(kind.id() + " fails a correct app: " + said(found));
            }
        });
        if (layers.values().stream().noneMatch(found -> found.passed > 0)) {
            complaints.add("no check was asked");
        }
        return complaints;
    }

    private static String said(Found found) {
        return java.util.stream.Stream.concat(found.failed.stream(), found.aborted.stream())
                .collect(Collectors.joining("; "));
    }
}
