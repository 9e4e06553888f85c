package dev.assay.check;

/** Somebody who looks at an app's start page in a browser, for those who have none of their own. */
@FunctionalInterface
public interface StartPage {
    /** Nobody looks: the page itself is all that is asked of it. */
    StartPage NOT_LOOKED_AT = (subject, origin, probe) -> {};

    /**
     * Says what is wrong with the page as a browser shows it.
     *
     * @param origin where the app answers
     * @throws CheckError where it could not be looked at although there is a browser
     */
    void look(Subject subject, String origin, Probe probe) throws InterruptedException;
}
