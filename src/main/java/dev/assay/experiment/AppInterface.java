package dev.assay.experiment;

import java.util.List;

/**
 * All that the checks hold on to, told to the planner and the implementer word for word so that grading is fair.
 *
 * @param install shell command that installs what the app needs
 * @param build shell command that builds the app
 * @param start shell command that serves the built app on {@code $PORT}
 * @param env names of the variables that the app reads the target's URL and anon key from
 * @param ui what a person must find on the pages
 * @param text the whole block as it stands in the file, for the prompts
 */
public record AppInterface(String install, String build, String start, List<String> env, String ui, String text) {}
