package dev.assay.experiment;

/** How skills reach the implementer: not at all, in its system prompt, or as files that it may open. */
public enum SkillsMode {
    NONE("none"),
    PASSIVE("passive"),
    ON_DEMAND("on-demand");

    private final String id;

    SkillsMode(String id) {
        this.id = id;
    }

    public String id() {
        return id;
    }
}
