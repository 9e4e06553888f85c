package dev.assay.check.browser;

import dev.assay.check.Probe;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Visits to an app by one browser after another, each over in its time; says which of the two is at fault. */
final class Visits {
    private final Browsers browsers;
    private final Bounds bounds;

    Visits(Browsers browsers, Bounds bounds) {
        this.browsers = browsers;
        this.bounds = bounds;
    }

    /**
     * Walks a flow; all that is wrong with the app is a finding of the probe.
     *
     * @param id names the evidence
     * @param flow made anew where a visit has to be made again
     * @param origin where the app answers
     * @param artifacts a folder for the evidence
     * @return whether the app can be visited again: false where it brings browsers down
     * @throws dev.assay.check.CheckError where the browser is at fault
     */
    boolean make(String id, Supplier<Flow> flow, String origin, Path artifacts, Probe probe)
            throws InterruptedException {
        try {
            return once(id, flow.get(), origin, artifacts, probe);
        } catch (Crashed first) {
            browsers.examine();
            probe.note("The browser broke down and the page was visited again: " + first.getMessage());
            return again(id, flow.get(), origin, artifacts, probe);
        }
    }

    private boolean again(String id, Flow flow, String origin, Path artifacts, Probe probe)
            throws InterruptedException {
        try {
            return once(id, flow, origin, artifacts, probe);
        } catch (Crashed twice) {
            browsers.examine(); // one that fails here is broken itself, and the app is not to blame
            probe.expect(
                    false, "the page crashes the browser", "a page that can be used", "twice: " + twice.getMessage());
            return false;
        }
    }

    private boolean once(String id, Flow flow, String origin, Path artifacts, Probe probe) throws InterruptedException {
        boolean video = browsers.recordsVideo();
        AtomicReference<Visit> begun = new AtomicReference<>();
        try {
            browsers.run(bounds.whole(), browser -> {
                Visit visit = new Visit(id, origin, browser, probe, artifacts, video, bounds);
                begun.set(visit);
                visit.walk(flow);
            });
            return true;
        } catch (Overdue e) {
            browsers.examine();
            Optional<String> intrusion = Optional.ofNullable(begun.get()).flatMap(Visit::intrusion);
            probe.expect(
                    false,
                    intrusion.orElse("the page keeps the browser so busy that nothing can be done with it"),
                    "a page that can be used",
                    e.getMessage());
            return false;
        }
    }
}
