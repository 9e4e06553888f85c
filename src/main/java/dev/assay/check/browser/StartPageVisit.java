package dev.assay.check.browser;

import dev.assay.check.CheckError;
import dev.assay.check.Probe;
import dev.assay.check.StartPage;
import dev.assay.check.Subject;

/**
 * Opens an app's start page in Chromium: it has to load, without an error on the console. Where no Chromium can be had
 * it is not looked at, and the check says so.
 */
public final class StartPageVisit implements StartPage {
    private final Browsers browsers;
    private final boolean install;
    private final Visits visits;

    /** @param install whether a Chromium is installed for this where there is none */
    public StartPageVisit(Browsers browsers, boolean install) {
        this(browsers, install, Bounds.DEFAULT);
    }

    StartPageVisit(Browsers browsers, boolean install, Bounds bounds) {
        this.browsers = browsers;
        this.install = install;
        this.visits = new Visits(browsers, bounds);
    }

    @Override
    public void look(Subject subject, String origin, Probe probe) throws InterruptedException {
        try {
            browsers.examine(install);
        } catch (CheckError e) {
            probe.note("The page's console was not looked at. " + e.getMessage());
            return;
        }
        visits.make("page", ConsoleFlow::new, origin, subject.artifacts(), probe);
    }
}
