/**
 * The layer that uses the app as a person does, in Chromium by Playwright.
 *
 * <p>The door is {@link dev.assay.check.browser.BrowserLayer}. A flow says what a person does and what must then be on
 * the screen; a {@code Visit} is one browser context with its evidence; {@code Browsers} owns the programs and holds
 * each visit to its time, whatever the app does. The room must not know how an app is built, nor what a run is.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.check.browser;
