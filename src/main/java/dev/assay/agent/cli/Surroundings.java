package dev.assay.agent.cli;

import java.net.URI;
import java.util.Optional;
import java.util.Set;

/**
 * What a CLI finds itself in.
 *
 * @param endpoint another endpoint of the model's service than the CLI's own
 * @param keys the names of those of its {@link Cli#keys()} that are set
 * @param isolated whether the process sees nothing but its workspace and HOME, so that it may do as it likes
 * @param root whether it runs as root, which some CLIs refuse to do unattended
 */
public record Surroundings(Optional<URI> endpoint, Set<String> keys, boolean isolated, boolean root) {}
