package dev.assay.experiment;

import java.util.Optional;

/**
 * Who does a part of a run: a tool and, where it is named, its model ({@code claude/opus}, {@code codex}).
 *
 * @param tool the tool's name, or {@code auto}
 * @param model the model as the tool spells it
 */
public record Role(String tool, Optional<String> model) {
    public static final Role AUTO = new Role("auto", Optional.empty());

    /** Reads {@code tool} or {@code tool/model}; a model may hold further slashes. */
    public static Role parse(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? new Role(text.strip(), Optional.empty())
                : new Role(
                        text.substring(0, slash).strip(),
                        Optional.of(text.substring(slash + 1).strip()));
    }

    public boolean isAuto() {
        return tool.equals("auto");
    }

    @Override
    public String toString() {
        return model.map(name -> tool + "/" + name).orElse(tool);
    }
}
