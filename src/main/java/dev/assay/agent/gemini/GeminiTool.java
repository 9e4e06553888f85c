package dev.assay.agent.gemini;

import dev.assay.agent.CanonicalTool;
import java.util.Map;

/** The common names of Gemini CLI's tools. */
final class GeminiTool {
    private static final Map<String, CanonicalTool> NAMES = Map.ofEntries(
            Map.entry("read_file", CanonicalTool.FILE_READ),
            Map.entry("read_many_files", CanonicalTool.FILE_READ),
            Map.entry("write_file", CanonicalTool.FILE_WRITE),
            Map.entry("replace", CanonicalTool.FILE_EDIT),
            Map.entry("run_shell_command", CanonicalTool.SHELL),
            Map.entry("web_fetch", CanonicalTool.WEB_FETCH),
            Map.entry("google_web_search", CanonicalTool.WEB_SEARCH),
            Map.entry("glob", CanonicalTool.GLOB),
            Map.entry("grep_search", CanonicalTool.GREP),
            Map.entry("search_file_content", CanonicalTool.GREP),
            Map.entry("list_directory", CanonicalTool.LIST_DIR),
            Map.entry("invoke_agent", CanonicalTool.AGENT_TASK),
            Map.entry("delegate_to_agent", CanonicalTool.AGENT_TASK),
            Map.entry("codebase_investigator", CanonicalTool.AGENT_TASK),
            Map.entry("activate_skill", CanonicalTool.SKILL),
            Map.entry("write_todos", CanonicalTool.TODO),
            Map.entry("save_memory", CanonicalTool.TOOL_USE),
            Map.entry("get_internal_docs", CanonicalTool.TOOL_USE),
            Map.entry("ask_user", CanonicalTool.TOOL_USE),
            Map.entry("enter_plan_mode", CanonicalTool.TOOL_USE),
            Map.entry("exit_plan_mode", CanonicalTool.TOOL_USE),
            Map.entry("update_topic", CanonicalTool.TOOL_USE),
            Map.entry("complete_task", CanonicalTool.TOOL_USE));

    private GeminiTool() {}

    /** One that it does not know is of an extension or server, or made up by the model; its result tells which. */
    static CanonicalTool canonical(String name) {
        return NAMES.getOrDefault(name, CanonicalTool.TOOL_USE);
    }
}
