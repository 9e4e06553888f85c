package dev.assay.check.browser;

/** What a person does with the app, and what must then be on the screen. */
@FunctionalInterface
interface Flow {
    /**
     * Walks it once. What is wrong goes to the visit's probe, or ends the flow as {@link Blocked}.
     *
     * @throws com.microsoft.playwright.PlaywrightException where the page does not play along; the visit judges it
     */
    void walk(Visit visit) throws InterruptedException;
}
