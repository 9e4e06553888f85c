package dev.assay.agent.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A program on a PATH of its own that plays an agent CLI: it prints what a shell script of the test prints. */
public final class FakeProgram {
    private final Path folder;

    /** @param folder an empty folder of the test's */
    public FakeProgram(Path folder) {
        this.folder = folder;
    }

    /**
     * Writes the program.
     *
     * @param script what a call does; a question for the version is answered before it
     */
    public FakeProgram program(String name, String version, String script) throws IOException {
        Files.createDirectories(bin());
        Path program = bin().resolve(name);
        Files.deleteIfExists(program);
        Files.createFile(program, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(program, """
                #!/bin/sh
                if [ "$1" = --version ]; then echo '%s'; exit 0; fi
                %s
                """.formatted(version, script));
        return this;
    }

    /** Keeps a text or a capture for the script, which finds it as {@code $FAKE/name}. */
    public Path file(String name, byte[] content) throws IOException {
        Files.createDirectories(folder);
        return Files.write(folder.resolve(name), content);
    }

    /** As {@link #file(String, byte[])}. */
    public Path file(String name, String content) throws IOException {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** The account of a user who has this program and a HOME of his own. */
    public Account account(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("PATH", bin() + ":/usr/local/bin:/usr/bin:/bin");
        environment.put("HOME", folder.resolve("user").toString());
        return new Account(environment, Optional.empty());
    }

    private Path bin() {
        return folder.resolve("bin");
    }
}
