package dev.assay.run;

import dev.assay.agent.AgentTool;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Matrix;
import dev.assay.experiment.Role;
import dev.assay.experiment.Variant;
import dev.assay.settings.NearestName;
import dev.assay.settings.UsageError;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Which tool does each role of a run. A tool that was named is never replaced. {@code auto} is all or nothing: the
 * tools that are meant by it if all of them are installed and signed in, else the experiment's recorded oracle for every
 * auto role. The oracle mixes with nothing but {@code nop}.
 */
public final class Roles {
    private static final String ORACLE = "recorded";
    private static final String NOBODY = "nop";

    private final Map<String, AgentTool> tools;
    private final Map<String, String> meant;
    private final UnaryOperator<Role> model;

    /**
     * @param tools by name
     * @param reader the tool that {@code auto} means for planner and verifier
     * @param writer the tool that {@code auto} means for the implementer
     * @param model names a role's model where the options name one
     */
    public Roles(Map<String, AgentTool> tools, String reader, String writer, UnaryOperator<Role> model) {
        this.tools = Map.copyOf(tools);
        this.meant = Map.of("planner", reader, "implementer", writer, "verifier", reader);
        this.model = model;
    }

    /**
     * The variant with a tool in each role.
     *
     * @throws UsageError where a tool is not known or not installed, or where {@code auto} cannot be resolved
     */
    public Variant resolve(Experiment experiment, Variant variant) throws InterruptedException {
        Map<String, Role> roles = new LinkedHashMap<>();
        roles.put("planner", variant.planner());
        roles.put("implementer", variant.implementer());
        roles.put("verifier", variant.verifier());
        roles.forEach(this::requireThere);
        List<String> auto =
                roles.keySet().stream().filter(name -> roles.get(name).isAuto()).toList();
        if (!auto.isEmpty()) {
            String why = lacking();
            for (String name : auto) {
                roles.put(name, why.isEmpty() ? model.apply(Role.parse(meant.get(name))) : Role.parse(ORACLE));
            }
            if (!why.isEmpty()) {
                requireOracle(experiment, roles, auto, why);
            }
        } else if (roles.values().stream().anyMatch(Roles::isOracle)) {
            requireOracle(experiment, roles, List.of(), "");
        }
        Role planner = roles.get("planner");
        Role implementer = roles.get("implementer");
        Role verifier = roles.get("verifier");
        return new Variant(
                Matrix.id(planner, implementer, verifier, variant.skills()),
                planner,
                implementer,
                verifier,
                variant.skills(),
                variant.line());
    }

    /** The tool of a role that was resolved. */
    public AgentTool tool(Role role) {
        AgentTool tool = tools.get(role.tool());
        if (tool == null) {
            throw new IllegalArgumentException("The role " + role + " names no tool that there is.");
        }
        return tool;
    }

    /** Whether nothing but Assay's own parts is at work in a resolved variant. */
    public boolean builtIn(Variant variant) {
        return tool(variant.planner()).builtIn()
                && tool(variant.implementer()).builtIn()
                && tool(variant.verifier()).builtIn();
    }

    private void requireThere(String name, Role role) {
        if (role.isAuto()) {
            return;
        }
        AgentTool tool = tools.get(role.tool());
        if (tool == null) {
            List<String> known = new ArrayList<>(List.of("auto"));
            known.addAll(new TreeSet<>(tools.keySet()));
            throw new UsageError("The " + name + " is \"" + role.tool() + "\", which is no tool that Assay knows. Name"
                    + " one of: " + String.join(", ", known) + "." + NearestName.hint(role.tool(), known));
        }
        if (!tool.installed()) {
            throw new UsageError("The " + name + " is \"" + role.tool() + "\", which is not installed: it is not on the"
                    + " PATH. To install it: " + tool.install());
        }
    }

    /** What {@code auto} means where all its tools are there, as a part of a sentence. */
    public String meant() {
        return meant.get("planner") + " plans and verifies, " + meant.get("implementer") + " implements";
    }

    /** Why {@code auto} does not mean its tools; empty where it does. Looks at the PATH first, then asks. */
    public String lacking() throws InterruptedException {
        List<String> why = new ArrayList<>();
        List<String> names = List.copyOf(new TreeSet<>(meant.values()));
        for (String name : names) {
            AgentTool tool = tools.get(name);
            if (tool == null) {
                why.add(name + " cannot be driven yet");
            } else if (!tool.installed()) {
                why.add(name + " is not installed (" + tool.install() + ")");
            }
        }
        if (why.isEmpty()) {
            for (String name : names) {
                AgentTool tool = tools.get(name);
                if (tool != null && !tool.signedIn()) {
                    why.add(name + " is not signed in (" + tool.signIn() + ")");
                }
            }
        }
        return String.join("; ", why);
    }

    private void requireOracle(Experiment experiment, Map<String, Role> roles, List<String> auto, String why) {
        String reason = auto.isEmpty()
                ? ""
                : " Nobody is named as " + String.join(" and ", auto)
                        + ", and the tools that would be taken are not all" + " there: " + why + ".";
        List<String> others = new ArrayList<>();
        roles.forEach((name, role) -> {
            if (!isOracle(role) && !role.tool().equals(NOBODY)) {
                others.add(name + "=" + role);
            }
        });
        String remedy = " Name a tool for each role (-Dplanner=…, -Dimplementer=…, -Dverifier=…), or sign one in.";
        if (!others.isEmpty()) {
            throw new UsageError("The recorded oracle of " + experiment.name() + " cannot work together with "
                    + String.join(", ", others) + ": it only knows its own app." + reason + remedy);
        }
        if (!Files.isDirectory(experiment.recording())) {
            throw new UsageError("The recorded oracle of " + experiment.name() + " is missing: there is no folder "
                    + experiment.recording() + "." + reason + remedy);
        }
    }

    private static boolean isOracle(Role role) {
        return role.tool().equals(ORACLE);
    }
}
