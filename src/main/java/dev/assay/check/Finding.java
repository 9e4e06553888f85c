package dev.assay.check;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that is wrong with the app: what, not how it was tested.
 *
 * @param message one sentence, such as {@code user B can read a row of todos that belongs to user A}
 * @param expected what should have been
 * @param found what was there
 * @param about what it is about, such as {@code table}, {@code role}, {@code operation}, {@code row}
 */
public record Finding(String message, String expected, String found, Map<String, String> about) {
    public Finding {
        about = new LinkedHashMap<>(about);
    }
}
