package dev.assay.check.browser;

import dev.assay.experiment.Contract.Resource;
import java.util.Optional;

/** A signed-out visitor sees the sign-in form, and nothing of what is behind it. */
record AuthRedirectFlow(Optional<Resource> resource) implements Flow {
    @Override
    public void walk(Visit visit) {
        Screen screen = visit.window("visitor");
        screen.open("/");
        boolean form = screen.sees(screen.password()) && screen.sees(screen.field("Email"));
        visit.probe()
                .expect(
                        form,
                        "a signed-out visitor does not see a sign-in form with fields labelled \"Email\" and \"Password\"",
                        "the sign-in form",
                        form ? "" : screen.controls());
        boolean inside = screen.signOut().isVisible();
        visit.probe()
                .expect(
                        !inside,
                        "a signed-out visitor sees a \"Sign out\" button as if signed in",
                        "no \"Sign out\"",
                        inside ? screen.controls() : "");
        resource.ifPresent(created -> {
            boolean open = screen.field(created.text()).isVisible();
            visit.probe()
                    .expect(
                            !open,
                            "a signed-out visitor is not sent to the sign-in form but sees the field \""
                                    + created.text() + "\"",
                            "the sign-in form only",
                            open ? screen.controls() : "");
        });
    }
}
