package dev.assay.agent.claude;

import dev.assay.agent.CanonicalTool;
import java.util.Map;
import java.util.Set;

/** The common names of Claude Code's tools. */
final class ClaudeTool {
    private static final Map<String, CanonicalTool> NAMES = Map.ofEntries(
            Map.entry("Read", CanonicalTool.FILE_READ),
            Map.entry("Write", CanonicalTool.FILE_WRITE),
            Map.entry("Edit", CanonicalTool.FILE_EDIT),
            Map.entry("MultiEdit", CanonicalTool.FILE_EDIT),
            Map.entry("NotebookEdit", CanonicalTool.FILE_EDIT),
            Map.entry("Bash", CanonicalTool.SHELL),
            Map.entry("WebFetch", CanonicalTool.WEB_FETCH),
            Map.entry("WebSearch", CanonicalTool.WEB_SEARCH),
            Map.entry("Glob", CanonicalTool.GLOB),
            Map.entry("Grep", CanonicalTool.GREP),
            Map.entry("LS", CanonicalTool.LIST_DIR),
            Map.entry("Task", CanonicalTool.AGENT_TASK),
            Map.entry("Agent", CanonicalTool.AGENT_TASK),
            Map.entry("Skill", CanonicalTool.SKILL),
            // Either the one list, or a tool for each thing to do with it, by version and setting.
            Map.entry("TodoWrite", CanonicalTool.TODO),
            Map.entry("TaskCreate", CanonicalTool.TODO),
            Map.entry("TaskUpdate", CanonicalTool.TODO),
            Map.entry("TaskList", CanonicalTool.TODO),
            Map.entry("TaskGet", CanonicalTool.TODO),
            Map.entry("StructuredOutput", CanonicalTool.TOOL_USE));

    private ClaudeTool() {}

    /**
     * @param offered the tools that the session said it has; a name that is not among them is one the model made up
     */
    static CanonicalTool canonical(String name, Set<String> offered) {
        CanonicalTool known = NAMES.get(name);
        if (known != null) {
            return known;
        }
        return name.startsWith("mcp__") || offered.contains(name) ? CanonicalTool.TOOL_USE : CanonicalTool.UNKNOWN;
    }
}
