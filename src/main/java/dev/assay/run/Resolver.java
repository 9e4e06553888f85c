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
    private boolean silent;

    /** One resolver serves one step. */
    Resolver(Limits limits, List<String> diagnostics) {
        this.limits = limits;
        this.diagnostics = diagnostics;
    }

    /** Whether the step could be implemented again if this attempt fails. */
    boolean hasRetries() {
        return resolutions < limits.resolutions() && retries < limits.retries();
    }

    /** Whether a diagnostic is on the experiment's list. */
    boolean mayRun(String command) {
        return diagnostics.contains(command);
    }

    /**
     * @param verdict empty where the verifier gave none that is valid: then the step goes by its checks
     * @param findings what the early checks found wrong; empty when they are clean
     * @param canReplan whether the run's replan budget holds another one
     */
    Resolution resolve(Optional<Verdict> verdict, List<String> findings, boolean canReplan) {
        silent = false;
        if (verdict.isEmpty()) {
            return findings.isEmpty() ? new Resolution.Proceed() : retry(findings);
        }
        Verdict given = verdict.get();
        List<String> all = new ArrayList<>(findings);
        all.addAll(given.issues());
        return switch (given.recommendation()) {
            case PROCEED -> findings.isEmpty() ? new Resolution.Proceed() : retry(all);
            case RETRY -> retry(all);
            case SKIP -> new Resolution.Skip(given.reason().orElseThrow());
            case WEB_SEARCH -> counted(new Resolution.Search(given.query().orElseThrow(), List.copyOf(all)));
            case RUN_DIAGNOSTIC -> diagnose(given.command().orElseThrow(), all);
            case MODIFY_PLAN -> canReplan ? modify(findings.isEmpty(), all) : retry(all);
        };
    }

    /** What follows an attempt that ended before there was anything to verify. */
    Resolution failed(String what) {
        silent = false;
        return retry(List.of(what));
    }

    /** What follows one that its clock ended, with nothing done: it is tried once more, and no more than that. */
    Resolution nothingDone(String what) {
        if (silent) {
            return new Resolution.GiveUp("the step is given up: two attempts in a row ended with nothing done");
        }
        silent = true;
        return retry(List.of(what));
    }

    private Resolution diagnose(String command, List<String> findings) {
        if (mayRun(command)) {
            return counted(new Resolution.Diagnose(command, List.copyOf(findings)));
        }
        findings.add("The command \"" + command + "\" is not on the list of diagnostics and was not run.");
        return retry(findings);
    }

    private Resolution modify(boolean done, List<String> findings) {
        return counted(done ? new Resolution.ModifyPlan() : new Resolution.ModifyUnfinished(List.copyOf(findings)));
    }

    private Resolution retry(List<String> findings) {
        if (!hasRetries()) {
            return giveUp();
        }
        retries++;
        return counted(new Resolution.Retry(List.copyOf(findings)));
    }

    private Resolution counted(Resolution resolution) {
        if (resolutions >= limits.resolutions()) {
            return giveUp();
        }
        resolutions++;
        return resolution;
    }

    private Resolution giveUp() {
        return new Resolution.GiveUp("the step is given up after " + retries + " of " + limits.retries()
                + " retries and " + resolutions + " of " + limits.resolutions() + " resolutions");
    }
}
