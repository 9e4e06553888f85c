package dev.assay.check;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Runs checks at once and keeps how they ended. */
final class RecordedChecks implements Checks {
    final Map<String, CheckResult> results = new LinkedHashMap<>();
    final Map<String, String> skipped = new LinkedHashMap<>();

    static RecordedChecks of(Layer layer, Subject subject) throws InterruptedException {
        RecordedChecks checks = new RecordedChecks();
        layer.run(subject, checks);
        return checks;
    }

    @Override
    public CheckResult check(String id, String name, CheckBody body) throws InterruptedException {
        CheckResult result = CheckResult.of(body);
        if (results.put(id, result) != null) {
            throw new IllegalStateException("two checks have the id " + id);
        }
        return result;
    }

    @Override
    public void skipped(String id, String name, String reason) {
        skipped.put(id, reason);
    }

    /** All findings, each as one line, with what it is about. */
    List<String> findings() {
        return results.values().stream()
                .flatMap(result -> result.findings().stream())
                .map(Finding::message)
                .toList();
    }

    List<Map<String, String>> about() {
        return results.values().stream()
                .flatMap(result -> result.findings().stream())
                .map(Finding::about)
                .toList();
    }

    /** Ids of checks that could not be measured, each with why. */
    Map<String, String> errors() {
        return results.entrySet().stream()
                .filter(one -> !one.getValue().error().isEmpty())
                .collect(Collectors.toMap(
                        Map.Entry::getKey, one -> one.getValue().error(), (a, b) -> a, LinkedHashMap::new));
    }

    boolean passed() {
        return !results.isEmpty() && results.values().stream().allMatch(CheckResult::passed);
    }
}
