package dev.assay.tools;

import org.jspecify.annotations.Nullable;

/** A tool is neither on the machine nor could it be installed. The message says which, why, and the one way out. */
public final class ToolMissing extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String tool;

    ToolMissing(String tool, String why, String remedy) {
        this(tool, why, remedy, null);
    }

    ToolMissing(String tool, String why, String remedy, @Nullable Throwable cause) {
        super(tool + " is missing: " + why + "\n" + remedy, cause);
        this.tool = tool;
    }

    /** Its name, such as {@code Node}. */
    public String tool() {
        return tool;
    }
}
