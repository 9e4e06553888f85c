package dev.assay.preflight;

import java.util.Locale;
import java.util.Optional;

/**
 * One thing that a run uses.
 *
 * @param name as people call it
 * @param state whether it can be used
 * @param version such as {@code 22.23.3}
 * @param where the program, folder or address
 * @param said what was found and what that means; empty where nothing needs to be said
 * @param remedy what to do; empty where there is nothing to do
 */
public record Item(
        String name, State state, Optional<String> version, Optional<String> where, String said, String remedy) {

    /** Whether a thing can be used, best first. */
    public enum State {
        READY,
        /** The first run that needs it installs it. */
        LATER,
        /** Not there, and runs do without it. */
        ABSENT,
        /** A run needs it, and would be aborted. */
        MISSING,
        /** What was asked for makes no sense: no run would start. */
        WRONG;

        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Item ready(String name, String version, String where) {
        return new Item(name, State.READY, optional(version), optional(where), "", "");
    }

    static Item of(String name, State state, String said, String remedy) {
        return new Item(name, state, Optional.empty(), Optional.empty(), said, remedy);
    }

    Item saying(String words) {
        return new Item(name, state, version, where, words, remedy);
    }

    private static Optional<String> optional(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
