package dev.assay.check;

import java.util.List;

/**
 * How one check ended.
 *
 * @param status passed; failed (the app's); error (Assay could not measure, or made no assertion)
 * @param findings what is wrong, at least one where it failed
 * @param error why it could not be measured, where it could not
 * @param assertions how many were made
 */
public record CheckResult(
        Status status,
        List<Finding> findings,
        String error,
        int assertions,
        List<String> notes,
        List<Evidence> evidence) {
    public enum Status {
        PASSED,
        FAILED,
        ERROR
    }

    /** Runs a body and judges what it said. No assertion, or anything thrown, is an error and never a pass. */
    public static CheckResult of(CheckBody body) throws InterruptedException {
        Probe probe = new Probe();
        String error = "";
        try {
            body.run(probe);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            error = e instanceof CheckError ? e.getMessage() : e.toString();
        }
        if (error.isEmpty() && probe.assertions() == 0) {
            error = "the check made no assertion";
        }
        Status status = !probe.findings().isEmpty() ? Status.FAILED : error.isEmpty() ? Status.PASSED : Status.ERROR;
        return new CheckResult(status, probe.findings(), error, probe.assertions(), probe.notes(), probe.evidence());
    }

    public boolean passed() {
        return status == Status.PASSED;
    }
}
