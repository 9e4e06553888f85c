package dev.assay.run;

import dev.assay.experiment.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides what follows an attempt, from the verdict, the findings of the early checks and what is left of the limits. */
final class Resolver {
    private final Limits limits;
    private final List<String> diagnostics;
    private int resolutions;
    private int retries;

    /** One resolver serves one step. */
    Resolver(Limits limits, List<String> diagnostics) {
        this.limits = limits;
        this.diagnostics = diagnostics;
    }

    /** Whether the step could be implemented again if this attempt fails. */
    boolean hasRetries() {
        return resolutions < limits.resolutions() && retries < limits.retries();
    }

    /**
     * @param verdict empty where the verifier gave none that is valid: then the step goes by its checks
     * @param findings what the early checks and the attempt itself found wrong; empty when they are clean
     * @param canReplan whether the run's replan budget holds another one
     */
    Resolution resolve(Optional<Verdict> verdict, List<String> findings, boolean canReplan) {
        List<String> all = new ArrayList<>(findings);
        verdict.ifPresent(given -> all.addAll(given.issues()));
        if (verdict.isEmpty()) {
            return findings.isEmpty() ? new Resolution.Proceed() : retry(all);
        }
        Verdict given = verdict.get();
        return switch (given.recommendation()) {
            case PROCEED -> findings.isEmpty() ? new Resolution.Proceed() : retry(all);
            case RETRY -> retry(all);
            case SKIP -> new Resolution.Skip(given.reason().orElse(""));
            case WEB_SEARCH -> count() ? new Resolution.Search(given.query().orElseThrow(), all) : giveUp();
            case RUN_DIAGNOSTIC -> {
                String command = given.command().orElseThrow();
                if (!diagnostics.contains(command)) {
                    all.add("The command \"" + command + "\" is not on the list of diagnostics and was not run.");
                    yield retry(all);
                }
                yield count() ? new Resolution.Diagnose(command, all) : giveUp();
            }
            case MODIFY_PLAN -> {
                if (!canReplan) {
                    yield retry(all);
                }
                yield count() ? new Resolution.ModifyPlan(findings.isEmpty(), all) : giveUp();
            }
        };
    }

    private Resolution retry(List<String> findings) {
        if (!hasRetries()) {
            return giveUp();
        }
        retries++;
        resolutions++;
        return new Resolution.Retry(List.copyOf(findings));
    }

    private boolean count() {
        if (resolutions >= limits.resolutions()) {
            return false;
        }
        resolutions++;
        return true;
    }

    private Resolution giveUp() {
        return new Resolution.GiveUp("the step is given up after " + retries + " of " + limits.retries()
                + " retries and " + resolutions + " of " + limits.resolutions() + " resolutions");
    }
}
