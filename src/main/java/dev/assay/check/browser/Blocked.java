package dev.assay.check.browser;

import dev.assay.check.Finding;
import java.util.Map;

/** A flow cannot go on, because of what its finding says of the app. */
final class Blocked extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Finding finding;

    Blocked(String message, String expected, String found) {
        super(message);
        this.finding = new Finding(message, expected, found, Map.of());
    }

    Finding finding() {
        return finding;
    }
}
