package dev.assay.agent.cli;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A CLI that is installed.
 *
 * @param program what is run
 * @param version what it says its version is; empty where it does not say
 */
public record Installation(Path program, Optional<String> version) {}
