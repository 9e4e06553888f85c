package dev.assay.run;

/**
 * A skill file: what is worth knowing about one kind of work.
 *
 * @param name the file's name without {@code .md}
 * @param description when to read it, in one line
 * @param text what it says, without its head
 */
record Skill(String name, String description, String text) {
    private static final String FENCE = "---\n";

    /** Reads a file; its head, between two lines of dashes, may be missing. */
    static Skill read(String name, String file) {
        String content = file.replace("\r\n", "\n");
        int end = content.startsWith(FENCE) ? content.indexOf("\n" + FENCE, FENCE.length() - 1) : -1;
        if (end < 0) {
            String first = content.lines().findFirst().orElse("").replaceFirst("^#+\\s*", "");
            return new Skill(name, first.isBlank() ? name : first, content.strip());
        }
        String description = content.substring(FENCE.length(), end + 1)
                .lines()
                .filter(line -> line.startsWith("description:"))
                .map(line -> line.substring("description:".length()).strip())
                .findFirst()
                .orElse(name);
        return new Skill(
                name, description, content.substring(end + 1 + FENCE.length()).strip());
    }

    /** The file as agent CLIs want it, with name and description in its head. */
    String file() {
        return FENCE + "name: " + name + "\ndescription: " + description + "\n" + FENCE + "\n" + text + "\n";
    }
}
