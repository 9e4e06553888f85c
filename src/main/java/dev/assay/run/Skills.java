package dev.assay.run;

import dev.assay.agent.AgentEvent;
import dev.assay.experiment.BuildPhase;
import dev.assay.experiment.SkillsMode;
import dev.assay.run.Guidance.Filter;
import dev.assay.run.RunContext.Performer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** How skills reach the implementer, and which of them it took in. */
final class Skills {
    private static final String ALL = "all";

    private final SkillsMode mode;
    private final Guidance guidance;
    private final Path workspace;
    private final Path home;

    /**
     * @param workspace where tools that look for skills by themselves find them during a call
     * @param home where the others are told to find them
     */
    Skills(SkillsMode mode, Guidance guidance, Path workspace, Path home) {
        this.mode = mode;
        this.guidance = guidance;
        this.workspace = workspace;
        this.home = home;
    }

    /**
     * What an implementer is handed for one call.
     *
     * @throws UncheckedIOException where the skill files cannot be read or put in place
     */
    Handed handTo(Performer implementer, BuildPhase phase) {
        if (mode == SkillsMode.NONE) {
            return new Handed(List.of(), "", "", List.of());
        }
        try {
            boolean all = guidance.filter() == Filter.ALL;
            if (mode == SkillsMode.PASSIVE) {
                Skill skill = read(all ? ALL : phase.id());
                return new Handed(List.of(skill), skill.text(), "", List.of());
            }
            List<Skill> skills = all ? readAll() : List.of(read(phase.id()));
            return place(implementer, skills);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the skills in " + guidance.skills() + " cannot be handed to the implementer", e);
        }
    }

    private Handed place(Performer implementer, List<Skill> skills) throws IOException {
        List<Path> placed = new ArrayList<>();
        StringBuilder list = new StringBuilder();
        for (Skill skill : skills) {
            Path root = implementer.skillsFolder().isPresent() ? workspace : home;
            Path file = implementer
                    .skillsFolder()
                    .map(folder ->
                            workspace.resolve(folder).resolve(skill.name()).resolve("SKILL.md"))
                    .orElse(home.resolve("skills").resolve(skill.name() + ".md"));
            clear(root, file);
            Files.createDirectories(file.getParent());
            Files.writeString(file, skill.file(), StandardOpenOption.CREATE_NEW);
            placed.add(file);
            list.append("- ").append(skill.name()).append(": ").append(skill.description());
            list.append(" (").append(file).append(")\n");
        }
        return new Handed(skills, "", Prompts.skills(list.toString().strip()), placed);
    }

    /** An earlier agent may have put links where skills go: they are removed, and never written through. */
    private static void clear(Path root, Path file) throws IOException {
        Path path = root;
        for (Path part : root.relativize(file)) {
            path = path.resolve(part);
            if (Files.isSymbolicLink(path)) {
                Files.delete(path);
            }
        }
        Files.deleteIfExists(file);
    }

    private Skill read(String name) throws IOException {
        return Skill.read(name, Files.readString(guidance.skills().resolve(name + ".md")));
    }

    private List<Skill> readAll() throws IOException {
        List<String> names;
        try (Stream<Path> files = Files.list(guidance.skills())) {
            names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".md"))
                    .map(name -> name.substring(0, name.length() - ".md".length()))
                    .filter(name -> !name.equals(ALL) && !name.equals("README"))
                    .sorted()
                    .toList();
        }
        List<Skill> skills = new ArrayList<>();
        for (String name : names) {
            skills.add(read(name));
        }
        return skills;
    }

    /** What one call was handed. Closing it takes back what was put in place. */
    final class Handed implements AutoCloseable {
        private final List<Skill> skills;
        private final String systemPrompt;
        private final String hint;
        private final List<Path> placed;
        private final Set<String> loaded = new LinkedHashSet<>();

        private Handed(List<Skill> skills, String systemPrompt, String hint, List<Path> placed) {
            this.skills = skills;
            this.systemPrompt = systemPrompt;
            this.hint = hint;
            this.placed = placed;
            if (mode == SkillsMode.PASSIVE) {
                skills.forEach(skill -> loaded.add(skill.name()));
            }
        }

        /** What is appended to the tool's own system prompt. */
        String systemPrompt() {
            return systemPrompt;
        }

        /** What is said about skills in the prompt itself. */
        String hint() {
            return hint;
        }

        /** Notes which skills a tool call opens. */
        synchronized void hear(AgentEvent.ToolStarted call) {
            for (Skill skill : skills) {
                if (opens(call, skill.name())) {
                    loaded.add(skill.name());
                }
            }
        }

        private boolean opens(AgentEvent.ToolStarted call, String name) {
            if (name.equals(call.skill())) {
                return true;
            }
            return Stream.of(call.path(), call.command())
                    .anyMatch(text -> text != null
                            && (text.contains("skills/" + name + ".md")
                                    || text.contains("skills/" + name + "/SKILL.md")));
        }

        /** What is stored: the skills that were at hand, and those that were taken in. */
        synchronized AgentEvent told() {
            ObjectNode detail = JsonNodeFactory.instance.objectNode();
            detail.put("mode", mode.id()).put("filter", guidance.filter().id());
            ArrayNode available = detail.putArray("available");
            skills.forEach(skill -> available.add(skill.name()));
            loaded.forEach(detail.putArray("loaded")::add);
            return new AgentEvent.Notice("skills", detail);
        }

        boolean isEmpty() {
            return skills.isEmpty();
        }

        @Override
        public void close() {
            try {
                for (Path file : placed) {
                    Files.deleteIfExists(file);
                    removeEmpty(file.getParent());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "skills could not be taken back: "
                                + placed.stream().map(Path::toString).collect(Collectors.joining(", ")),
                        e);
            }
        }

        private void removeEmpty(Path from) throws IOException {
            for (Path folder = from;
                    folder != null && !folder.equals(workspace) && !folder.equals(home);
                    folder = folder.getParent()) {
                try (Stream<Path> left = Files.list(folder)) {
                    if (left.findAny().isPresent()) {
                        return;
                    }
                }
                Files.delete(folder);
            }
        }
    }
}
